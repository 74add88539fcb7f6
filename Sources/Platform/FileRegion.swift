/// A run of bytes in a file that will not change, to be sent as it lies.
///
/// The region keeps its file open: deleting the file's name while it is being sent does no harm.
public struct FileRegion: Sendable {
  /// The file that holds the bytes, and its shared map once somebody asked for one.
  public let file: MappableFile
  /// Where the region begins in the file, in bytes.
  public var position: Int
  /// How many bytes it has.
  public var count: Int

  /// A region of `count` bytes from `position` on.
  public init(file: MappableFile, position: Int, count: Int) {
    self.file = file
    self.position = position
    self.count = count
  }

  /// The first position behind the region.
  public var end: Int { position + count }
}
