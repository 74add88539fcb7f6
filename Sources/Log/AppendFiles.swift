import Platform

/// A directory of files that only grow, known by number: what the events of a journal are sorted
/// into when they are too many to be kept in memory.
///
/// The journal stays the truth until a snapshot says how long each file is; what a crash leaves
/// behind that is cut off.
public final class AppendFiles: Sendable {
  private let directory: String
  private let openFiles: OpenFiles
  private let written: WrittenFiles
  private let present = Lock<[UInt32: AppendFile]>([:])

  init(_ directory: String, in openFiles: OpenFiles) throws(LogError) {
    self.directory = directory
    self.openFiles = openFiles
    written = WrittenFiles(countMax: max(1, openFiles.files.limit / 4))
    do {
      try openFiles.system.createDirectory(directory)
    } catch {
      throw .offline(reason: error.description)
    }
  }

  /// A new file. One that is there already is a crash's leftover.
  public func make(_ number: UInt32) throws(LogError) -> AppendFile {
    do {
      let file = try openFiles.open(path(number), .createOrOpen)
      if try file.size() > 0 { try file.truncate(to: 0) }
      return stored(number)
    } catch {
      throw error.isOutOfSpace ? .outOfSpace : .unwritable(reason: error.description)
    }
  }

  /// A file that a snapshot names, cut to the length it had then.
  public func reopen(_ number: UInt32, bytes: Int) throws(LogError) -> AppendFile {
    let size: Int
    do {
      let file = try openFiles.open(path(number), .readWrite)
      size = try file.size()
      if size > bytes { try file.truncate(to: bytes) }
      if size >= bytes { return stored(number) }
    } catch {
      throw LogError(reading: error)
    }
    throw .corrupted(
      file: path(number), position: size, reason: "\(bytes) bytes were on the disk once")
  }

  /// Removes a file; whoever still has it open may go on reading.
  public func remove(_ number: UInt32) throws(LogError) {
    let file = present.withLock { $0.removeValue(forKey: number) }
    do {
      if let file {
        try? file.keepOpen()
        written.remove(file)
      }
      try openFiles.system.removeFile(path(number))
    } catch {
      throw .unwritable(reason: error.description)
    }
  }

  /// The numbers of all files there are.
  public func numbers() throws(LogError) -> [UInt32] {
    do {
      return try openFiles.system.list(directory).compactMap { UInt32($0) }
    } catch {
      throw LogError(reading: error)
    }
  }

  /// Returns when it is on the disk which files there are.
  public func synchronizeNames() throws(LogError) {
    do {
      try openFiles.system.synchronizeDirectory(directory)
    } catch {
      throw LogError(keeping: error)
    }
  }

  private func stored(_ number: UInt32) -> AppendFile {
    let file = AppendFile(path(number), number: number, in: openFiles, written)
    present.withLock { $0[number] = file }
    return file
  }

  private func path(_ number: UInt32) -> String { "\(directory)/\(number)" }
}
