import Platform

/// A directory of files that only grow, known by number: what the events of a journal are sorted
/// into when they are too many to be kept in memory.
///
/// The journal stays the truth until a snapshot says how long each file is; what a crash leaves
/// behind that is cut off.
public final class AppendFiles: Sendable {
  private let directory: String
  private let files: any FileSystem

  init(_ directory: String, files: any FileSystem) throws(LogError) {
    self.directory = directory
    self.files = files
    do {
      try files.createDirectory(directory)
    } catch {
      throw .offline(reason: error.description)
    }
  }

  /// A new file. One that is there already is a crash's leftover.
  public func make(_ number: UInt32) throws(LogError) -> AppendFile {
    do {
      let file = try files.open(path(number), .createOrOpen)
      if try file.size() > 0 { try file.truncate(to: 0) }
      return AppendFile(file, number: number)
    } catch {
      throw error.isOutOfSpace ? .outOfSpace : .unwritable(reason: error.description)
    }
  }

  /// A file that a snapshot names, cut to the length it had then.
  public func reopen(_ number: UInt32, bytes: Int) throws(LogError) -> AppendFile {
    let size: Int
    do {
      let file = try files.open(path(number), .readWrite)
      size = try file.size()
      if size > bytes { try file.truncate(to: bytes) }
      if size >= bytes { return AppendFile(file, number: number) }
    } catch {
      throw LogError(reading: error)
    }
    throw .corrupted(
      file: path(number), position: size, reason: "\(bytes) bytes were on the disk once")
  }

  /// Removes a file; whoever still has it open may go on reading.
  public func remove(_ number: UInt32) throws(LogError) {
    do {
      try files.removeFile(path(number))
    } catch {
      throw .unwritable(reason: error.description)
    }
  }

  /// The numbers of all files there are.
  public func numbers() throws(LogError) -> [UInt32] {
    do {
      return try files.list(directory).compactMap { UInt32($0) }
    } catch {
      throw LogError(reading: error)
    }
  }

  /// Returns when it is on the disk which files there are.
  public func synchronizeNames() throws(LogError) {
    do {
      try files.synchronizeDirectory(directory)
    } catch {
      throw .offline(reason: error.description)
    }
  }

  private func path(_ number: UInt32) -> String { "\(directory)/\(number)" }
}
