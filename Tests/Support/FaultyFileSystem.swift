import Platform

/// The machine's file system with faults put in.
public struct FaultyFileSystem: FileSystem {
  /// What goes wrong, and the counts.
  public let faults = Faults()
  private let disk = DiskFileSystem()

  /// Nothing goes wrong until `faults` are told.
  public init() {}

  /// Opens a file, if it may.
  public func open(_ path: String, _ access: DiskFile.Access) throws(SystemError) -> any File {
    try faults.pass(.open, path)
    return try faults.change { () throws(SystemError) in
      FaultyFile(try disk.open(path, access), faults)
    }
  }

  /// The disk's.
  public func list(_ directory: String) throws(SystemError) -> [String] { try disk.list(directory) }
  /// The disk's.
  public func exists(_ path: String) -> Bool { disk.exists(path) }
  /// The disk's.
  public func createDirectory(_ path: String) throws(SystemError) { try disk.createDirectory(path) }
  /// The disk's.
  public func removeFile(_ path: String) throws(SystemError) {
    try faults.change { () throws(SystemError) in try disk.removeFile(path) }
  }
  /// The disk's.
  public func removeTree(_ path: String) throws(SystemError) { try disk.removeTree(path) }
  /// The disk's.
  public func rename(_ from: String, to: String) throws(SystemError) {
    try faults.change { () throws(SystemError) in try disk.rename(from, to: to) }
  }
  /// The disk's.
  public func synchronizeDirectory(_ path: String) throws(SystemError) {
    try disk.synchronizeDirectory(path)
  }
  /// The disk's.
  public func space(at path: String) throws(SystemError) -> DiskSpace { try disk.space(at: path) }
}
