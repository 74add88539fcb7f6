import CLinux
import Glibc

/// A bell another thread can ring to end a poller's wait (`eventfd(2)`).
public final class Wakeup: Sendable {
  let descriptor: Descriptor

  /// A silent bell.
  public init() throws(SystemError) {
    descriptor = Descriptor(
      owning: try valueOrError("eventfd") { eventfd(0, CInt(EFD_NONBLOCK | EFD_CLOEXEC)) })
  }

  /// Rings. Rings that come before the owner looks count as one.
  public func ring() {
    var one: UInt64 = 1
    _ = Glibc.write(descriptor.number, &one, 8)
  }

  /// Silences the bell; to be called by the owner before it looks for work.
  public func silence() {
    var count: UInt64 = 0
    _ = Glibc.read(descriptor.number, &count, 8)
  }
}
