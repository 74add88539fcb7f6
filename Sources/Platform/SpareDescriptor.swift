import CLinux
import Glibc

/// A descriptor that stands for nothing, to be given up when a better use for it comes.
final class SpareDescriptor: Sendable {
  private let descriptor: Descriptor

  /// Takes a descriptor; `nil` when there is none.
  init?() {
    let number = sluice_open("/dev/null", O_RDONLY | O_CLOEXEC, 0)
    guard number >= 0 else { return nil }
    descriptor = Descriptor(owning: number)
  }
}
