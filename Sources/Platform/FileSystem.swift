/// The directory operations a log needs; a protocol, so that a test can put a failing disk in its
/// place.
public protocol FileSystem: Sendable {
  /// Opens a file.
  func open(_ path: String, _ access: DiskFile.Access) throws(SystemError) -> any File
  /// The names in a directory, sorted, without `.` and `..`.
  func list(_ directory: String) throws(SystemError) -> [String]
  /// True when something has that name.
  func exists(_ path: String) -> Bool
  /// Makes a directory and those above it that are missing.
  func createDirectory(_ path: String) throws(SystemError)
  /// Removes one file; one that is not there is no error.
  func removeFile(_ path: String) throws(SystemError)
  /// Removes a directory and all it holds; one that is not there is no error.
  func removeTree(_ path: String) throws(SystemError)
  /// Gives a file or directory a new name, replacing a file that has it.
  func rename(_ from: String, to: String) throws(SystemError)
  /// Returns when the names in a directory are on the disk.
  func synchronizeDirectory(_ path: String) throws(SystemError)
  /// The room of the file system that holds something. May wait for the disk.
  func space(at path: String) throws(SystemError) -> DiskSpace
}

extension FileSystem {
  /// The whole of a small file; `nil` when there is none.
  public func readWhole(_ path: String) throws(SystemError) -> ByteBuffer? {
    let file: any File
    do {
      file = try open(path, .read)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
    let size = try file.size()
    let buffer = ByteBuffer(capacity: size)
    _ = try buffer.appendUninitialized(atMost: size) { memory throws(SystemError) in
      try file.read(into: memory, at: 0)
    }
    return buffer
  }

  /// Replaces a small file so that a crash leaves either the old or the new one, whole.
  public func replaceWhole(_ path: String, with content: ByteBuffer) throws(SystemError) {
    let fresh = path + ".new"
    try removeFile(fresh)
    let file = try open(fresh, .createOrOpen)
    try file.write([content.bytes], at: 0)
    try file.synchronizeData()
    try rename(fresh, to: path)
    try synchronizeDirectory(path.parentDirectory)
  }
}

extension String {
  /// The path without its last part; `.` when there is only one.
  public var parentDirectory: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
