import CLinux
import Glibc

/// An exclusive lock on a file, held until its owner goes or the process ends (`flock(2)`).
public final class FileLock: Sendable {
  private let descriptor: Descriptor

  /// Takes the lock and writes the process id into the file, for people who look.
  ///
  /// Throws `EWOULDBLOCK` when another process holds it.
  public init(_ path: String) throws(SystemError) {
    descriptor = Descriptor(
      owning: try valueOrError("open", path) {
        sluice_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      })
    _ = try valueOrError("flock", path) { flock(descriptor.number, LOCK_EX | LOCK_NB) }
    let text = "\(getpid())\n"
    _ = try valueOrError("ftruncate", path) { ftruncate(descriptor.number, 0) }
    _ = try valueOrError("pwrite", path) { pwrite(descriptor.number, text, text.utf8.count, 0) }
  }
}
