import CLinux
import Glibc

/// The machine's own file system.
public struct DiskFileSystem: FileSystem {
  /// The one there is.
  public init() {}

  /// Opens a file.
  public func open(_ path: String, _ access: DiskFile.Access) throws(SystemError) -> any File {
    try DiskFile(path, access)
  }

  /// `readdir(3)`, sorted.
  public func list(_ directory: String) throws(SystemError) -> [String] {
    guard let stream = opendir(directory) else {
      throw SystemError(code: errno, operation: "opendir", subject: directory)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // In place: a copy of the whole array would reach past the entry, which ends with its name.
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// `access(2)`.
  public func exists(_ path: String) -> Bool { Glibc.access(path, F_OK) == 0 }

  /// `mkdir(2)`, from the top down.
  public func createDirectory(_ path: String) throws(SystemError) {
    if exists(path) { return }
    let parent = path.parentDirectory
    if parent != path, !exists(parent) { try createDirectory(parent) }
    do {
      _ = try valueOrError("mkdir", path) { Glibc.mkdir(path, 0o755) }
    } catch {
      if error.code != EEXIST { throw error }
    }
    try synchronizeDirectory(parent)
  }

  /// `unlink(2)`.
  public func removeFile(_ path: String) throws(SystemError) {
    do {
      _ = try valueOrError("unlink", path) { Glibc.unlink(path) }
    } catch {
      if !error.isNotFound { throw error }
    }
  }

  /// Removes depth first.
  public func removeTree(_ path: String) throws(SystemError) {
    guard exists(path) else { return }
    for name in try list(path) {
      let child = "\(path)/\(name)"
      if Glibc.rmdir(child) == 0 { continue }
      switch errno {
      case ENOTDIR: try removeFile(child)
      case ENOTEMPTY, EEXIST: try removeTree(child)
      case ENOENT: continue
      case let code: throw SystemError(code: code, operation: "rmdir", subject: child)
      }
    }
    _ = try valueOrError("rmdir", path) { Glibc.rmdir(path) }
  }

  /// `rename(2)`.
  public func rename(_ from: String, to: String) throws(SystemError) {
    _ = try valueOrError("rename", from) { Glibc.rename(from, to) }
  }

  /// `fsync(2)` on the directory.
  public func synchronizeDirectory(_ path: String) throws(SystemError) {
    let directory = Descriptor(
      owning: try valueOrError("open", path) {
        sluice_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
      })
    _ = try valueOrError("fsync", path) { fsync(directory.number) }
  }

  /// `statvfs(3)`; what is kept for root does not count as available.
  public func space(at path: String) throws(SystemError) -> DiskSpace {
    var answer = statvfs()
    _ = try valueOrError("statvfs", path) { statvfs(path, &answer) }
    let unit = Int(answer.f_frsize)
    return DiskSpace(
      totalBytes: Int(answer.f_blocks) * unit, availableBytes: Int(answer.f_bavail) * unit)
  }

  /// The text of a small file whose size the kernel does not tell beforehand (`/proc`, `/sys`).
  public func readSpecial(_ path: String) throws(SystemError) -> String {
    let file = try DiskFile(path, .read)
    let buffer = ByteBuffer()
    _ = try buffer.appendUninitialized(atMost: 16384) { memory throws(SystemError) in
      try file.read(into: memory, at: 0)
    }
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}
