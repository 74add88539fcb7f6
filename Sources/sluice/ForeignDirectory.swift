import Platform

/// A directory that holds what is somebody else's: a server does not settle among it.
struct ForeignDirectory: Error, CustomStringConvertible {
  /// The directory.
  let path: String
  /// One of the names in it that no data directory has.
  let name: String

  /// One line for the operator.
  var description: String {
    "\(path) is no data directory, and not empty: it holds \(name). Give one that is empty, or not"
      + " there yet"
  }

  /// What stands in an empty file system, and what a server leaves that was killed while it made
  /// its data directory: `format` comes behind the lock, and all else behind `format`.
  private static let harmless: Set = ["lost+found", "LOCK", "format.new"]

  /// Looks at a directory before it is taken for data. One that is missing is none of these.
  ///
  /// - Throws: `ForeignDirectory` where it holds files and is no data directory; `SystemError`
  ///   where it cannot be looked at.
  static func refuse(_ path: String, in files: any FileSystem = DiskFileSystem()) throws {
    let names: [String]
    do {
      names = try files.list(path)
    } catch {
      if error.isNotFound { return }
      throw error
    }
    guard !names.contains("format"), let name = names.first(where: { !harmless.contains($0) })
    else { return }
    throw ForeignDirectory(path: path, name: name)
  }
}
