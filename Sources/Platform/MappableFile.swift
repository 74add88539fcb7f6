/// A file together with the one memory map that all who want to read it by mapping share.
public final class MappableFile: Sendable {
  /// The file itself.
  public let file: any File
  private let mapping = Lock<FileMapping?>(nil)

  /// Wraps an open file; nothing is mapped yet.
  public init(_ file: any File) { self.file = file }

  /// A map of at least the first `count` bytes, which must be there and never change.
  ///
  /// The map is made at the first call and made anew when the file has grown past it.
  public func map(atLeast count: Int) throws(SystemError) -> FileMapping {
    if let present = mapping.withLock({ $0 }), present.bytes.count >= count { return present }
    let fresh = try FileMapping(file, count: count)
    return mapping.withLock { present in
      if let present, present.bytes.count >= fresh.bytes.count { return present }
      present = fresh
      return fresh
    }
  }
}
