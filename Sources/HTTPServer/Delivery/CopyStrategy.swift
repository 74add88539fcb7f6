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

  /// What the server takes when the request leaves the choice to it.
  public static func automatic(bytes: Int) -> CopyStrategy {
    bytes <= readBytesMax ? .read : .sendfile
  }
}
