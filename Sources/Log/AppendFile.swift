import Platform

/// A file that only grows, and goes as a whole. Whoever writes it knows how long it is: what lies
/// behind that is overwritten. Safe to use from several threads; one writes.
///
/// It is open while it is used and, once written, until it is synced; longer only as far as there
/// is room.
public final class AppendFile: Sendable {
  private struct Unsynced {
    /// The file since it was written: it is this one that a failure to write back is told.
    var file: (any File)?
    /// How often it was written.
    var writes = 0
    /// Why a sync before its time failed.
    var failure: LogError?
  }

  /// Its number among the files of its directory.
  public let number: UInt32
  private let stored: StoredFile
  private let written: WrittenFiles
  private let unsynced = Lock(Unsynced())

  init(_ path: String, number: UInt32, in openFiles: OpenFiles, _ written: WrittenFiles) {
    stored = StoredFile(path, in: openFiles)
    self.number = number
    self.written = written
  }

  /// Writes bytes at a position; after an error any part of them may be there.
  public func append(
    _ bytes: UnsafeRawBufferPointer, at position: Int
  ) throws(LogError) {
    do {
      let file = try stored.open()
      try file.write([bytes], at: position)
      let isNew = unsynced.withLock { unsynced in
        defer { unsynced.file = file }
        unsynced.writes += 1
        return unsynced.file == nil
      }
      if isNew { written.add(self) }
    } catch {
      throw error.isOutOfSpace ? .outOfSpace : .unwritable(reason: error.description)
    }
  }

  /// Fills `buffer` with the bytes from `position` on; all of them must be there.
  public func copy(
    into buffer: UnsafeMutableRawBufferPointer, from position: Int
  ) throws(LogError) {
    let count: Int
    do {
      count = try stored.open().read(into: buffer, at: position)
    } catch {
      throw LogError(reading: error)
    }
    guard count == buffer.count else {
      throw .corrupted(file: stored.path, position: position + count, reason: "the file ends early")
    }
  }

  /// Returns when everything that was written is on the disk. After an error nothing is known of
  /// it, now or later.
  public func synchronize() throws(LogError) {
    let before = unsynced.withLock { $0 }
    if let failure = before.failure { throw failure }
    let opened: any File
    do {
      if let held = before.file { opened = held } else { opened = try stored.open() }
    } catch {
      throw LogError(writing: error)
    }
    do {
      try opened.synchronizeData()
    } catch {
      let failure = LogError.offline(reason: error.description)
      unsynced.withLock { $0.failure = failure }
      throw failure
    }
    // What was written meanwhile waits for the next sync.
    let isSynced = unsynced.withLock { unsynced in
      guard unsynced.writes == before.writes else { return false }
      unsynced.file = nil
      return true
    }
    if isSynced { written.remove(self) }
  }

  /// Has the file stay open for those who read it: its name is about to go.
  func keepOpen() throws(SystemError) { try stored.keepOpen() }
}
