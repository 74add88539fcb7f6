import Glibc

/// A file descriptor with exactly one owner, closed when the owner goes.
public struct Descriptor: ~Copyable, Sendable {
  /// The kernel's number. Borrowed by system calls; nobody else closes it.
  let number: CInt

  init(owning number: CInt) { self.number = number }

  deinit { _ = Glibc.close(number) }
}
