/// A run of bytes in a file that will not change, to be sent as it lies.
///
/// The file need not be open; whoever sends the region opens it, and holds it meanwhile.
public struct FileRegion: Sendable {
  /// The file that holds the bytes.
  public let file: StoredFile
  /// Where the region begins in the file, in bytes.
  public var position: Int
  /// How many bytes it has.
  public var count: Int

  /// A region of `count` bytes from `position` on.
  public init(file: StoredFile, position: Int, count: Int) {
    self.file = file
    self.position = position
    self.count = count
  }

  /// The first position behind the region.
  public var end: Int { position + count }
}
