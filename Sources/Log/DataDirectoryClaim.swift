import Platform

/// The sole right to a data directory, of the layout that this code reads and writes. Held until
/// the directory closes, or the last reference goes.
public final class DataDirectoryClaim: Sendable {
  /// The layout this code reads and writes.
  private static let format = "1"

  /// The directory's path.
  public let path: String
  private let lock: Lock<FileLock?>

  /// Takes a data directory, or makes it. Nothing in it is changed.
  public init(
    _ path: String, in files: any FileSystem = DiskFileSystem()
  ) throws(DataDirectory.OpenFailure) {
    self.path = path
    do {
      try files.createDirectory(path)
      lock = Lock(try FileLock(path + "/LOCK"))
      let found = try files.readWhole(path + "/format")
      let format = found.map { String(decoding: $0.bytes, as: UTF8.self) }
      let trimmed = format.map { $0.split(separator: "\n").first.map(String.init) ?? "" }
      if let trimmed, trimmed != DataDirectoryClaim.format {
        throw DataDirectory.OpenFailure.foreignFormat(trimmed)
      }
      if format == nil {
        let text = ByteBuffer()
        text.append(DataDirectoryClaim.format + "\n")
        try files.replaceWhole(path + "/format", with: text)
      }
    } catch let error as SystemError {
      throw error.isLockHeld ? .inUse(path) : .system(error)
    } catch let error as DataDirectory.OpenFailure {
      throw error
    } catch {
      preconditionFailure("no other error is thrown here")
    }
  }

  /// Lets go of the directory.
  func release() { lock.withLock { $0 = nil } }
}
