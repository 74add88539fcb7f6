/// A way to get file bytes into a socket.
public enum CopyStrategy: String, Sendable, CaseIterable {
  /// `pread` into a reused buffer, then `send`: the bytes pass through the program.
  case read
  /// `send` from a shared memory map: the program points, the kernel copies.
  case mmap
  /// `sendfile`: the kernel moves its own pages.
  case sendfile

  /// Up to this size `read` costs less than `sendfile`: one call with the head and the bytes
  /// together.
  static let readBytesMax = 32 << 10

  /// Below this size on average, regions go from the map, many with one call; each by itself costs
  /// more by `sendfile` than the copying of its bytes.
  static let gatheredBytesMax = 8 << 10

  /// What the server takes when the request leaves the choice to it.
  public static func automatic(bytes: Int, regions: Int = 1) -> CopyStrategy {
    if bytes <= readBytesMax { return .read }
    return bytes / max(1, regions) < gatheredBytesMax ? .mmap : .sendfile
  }
}
