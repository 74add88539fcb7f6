import CLinux
import Glibc

/// The kernel's cache of file pages.
public enum PageCache {
  /// Lets go of a file's pages, as far as they are clean and nobody maps them: the next read finds
  /// them cold.
  public static func drop(_ path: String) throws(SystemError) {
    let file = Descriptor(
      owning: try valueOrError("open", path) { sluice_open(path, O_RDONLY | O_CLOEXEC, 0) })
    _ = try valueOrError("fdatasync", path) { fdatasync(file.number) }
    let result = posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
    if result != 0 { throw SystemError(code: result, operation: "posix_fadvise", subject: path) }
  }
}
