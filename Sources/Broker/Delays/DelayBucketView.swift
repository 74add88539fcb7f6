import Log
import Platform

/// A bucket as it stood at one moment, to be read without a lock by any thread that may wait for
/// the disk.
struct DelayBucketView: Sendable {
  /// So many entries are read at a time.
  static let stepEntries = 1024

  let range: Range<Int64>
  let file: AppendFile
  let count: Int
  let done: DelayMarks

  /// True if the entries stand in the order of their keys: all are due at the same time.
  var isOrdered: Bool { range.count == 1 }

  /// The index of the first entry that may come behind this key: all before it do not.
  func firstIndex(behind key: DelayKey) throws(LogError) -> Int {
    guard isOrdered, key.due >= range.lowerBound else { return 0 }
    return try (0..<count).partitioningIndex { index throws(LogError) in
      try entry(index).key > key
    }
  }

  /// The index of the entry with this key, done or not.
  func index(of key: DelayKey) throws(LogError) -> Int? {
    guard range.contains(key.due) else { return nil }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      let found = try entry(middle).key
      if found.number == key.number { return found == key ? middle : nil }
      if found.number < key.number { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// One entry.
  func entry(_ index: Int) throws(LogError) -> DelayEntry {
    precondition(index >= 0 && index < count, "no such entry")
    return try withUnsafeTemporaryAllocation(byteCount: DelayEntry.bytes, alignment: 8) {
      memory -> Result<DelayEntry, LogError> in
      do throws(LogError) {
        try file.copy(into: memory, from: index * DelayEntry.bytes)
        return .success(DelayEntry(memory.baseAddress!))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  /// Hands over entries from `start` on, a step's worth at most, and gives the index behind them.
  func forEachEntry(
    from start: Int, scratch: ByteBuffer, _ body: (Int, UnsafeRawPointer) -> Void
  ) throws(LogError) -> Int {
    let end = min(count, start + DelayBucketView.stepEntries)
    guard end > start else { return end }
    let wanted = (end - start) * DelayEntry.bytes
    scratch.removeAll()
    _ = try scratch.appendUninitialized(atMost: wanted) { memory throws(LogError) in
      try file.copy(into: memory, from: start * DelayEntry.bytes)
      return wanted
    }
    let base = scratch.bytes.baseAddress!
    for index in start..<end { body(index, base + (index - start) * DelayEntry.bytes) }
    return end
  }
}
