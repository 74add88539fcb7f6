import Platform

/// Files that were written and not yet synced, each of which is held open: not too many at a time.
/// Those of one directory; written by one thread.
final class WrittenFiles: Sendable {
  private let countMax: Int
  private let files = Lock<[AppendFile]>([])

  init(countMax: Int) { self.countMax = countMax }

  /// A file is held from now on; the one that has been for longest is synced, if there are too
  /// many. Waits for the disk.
  func add(_ file: AppendFile) {
    let first: AppendFile? = files.withLock { files in
      files.append(file)
      return files.count > countMax ? files.removeFirst() : nil
    }
    // A failure is told to whoever syncs it next.
    try? first?.synchronize()
  }

  /// A file is synced, or gone.
  func remove(_ file: AppendFile) { files.withLock { $0.removeAll { $0 === file } } }
}
