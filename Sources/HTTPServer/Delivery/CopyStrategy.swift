/// A way to get file bytes into a socket.
public enum CopyStrategy: String, Sendable, CaseIterable {
  /// `pread` into a reused buffer, then `send`: the bytes pass through the program.
  case read
  /// `send` from a shared memory map: the program points, the kernel copies.
  case mmap
  /// `sendfile`: the kernel moves its own pages.
  case sendfile
}
