import Log
import Platform

/// All buckets, the files of records and the topics they are for: changed by the thread of delays,
/// looked at by any other.
///
/// Its lock is held for memory alone, and nothing else is locked under it.
final class DelayBuckets: Sendable {
  struct State {
    /// By the beginning of their ranges; of those that begin together the widest comes first.
    var buckets: [DelayBucket] = []
    var files: [UInt32: DelayRecordFile] = [:]
    var topics = DelayTopics()
    var producers = DelayProducers()
    var transactions = DelayTransactions()
    /// When the next record is due that is in memory.
    var nextInMemory: Int64?
  }

  let state = Lock(State())

  /// Views of the buckets in which a record of that time may be.
  func views(holding due: Int64) -> [DelayBucketView] {
    state.withLock { state in
      state.buckets.compactMap { $0.range.contains(due) ? $0.view : nil }
    }
  }

  /// The entry with this key, if its record still waits. May wait for the disk.
  func find(_ key: DelayKey) throws(LogError) -> DelayEntry? {
    for view in views(holding: key.due) {
      guard let index = try view.index(of: key) else { continue }
      let entry = try view.entry(index)
      let isGone = state.withLock { $0.topics.isGone(entry.topic) }
      return view.done.contains(index) || isGone ? nil : entry
    }
    return nil
  }

  /// The file that holds an entry's record.
  func file(of entry: DelayEntry) -> AppendFile? {
    state.withLock { $0.files[entry.file]?.file }
  }

  /// Copies an entry's record into a buffer that is emptied first. May wait for the disk.
  ///
  /// - Returns: false if the file is gone, because the record is done.
  func copyRecord(of entry: DelayEntry, into buffer: ByteBuffer) throws(LogError) -> Bool {
    guard let file = file(of: entry) else { return false }
    buffer.removeAll()
    _ = try buffer.appendUninitialized(atMost: entry.size) { memory throws(LogError) in
      try file.copy(into: memory, from: entry.position)
      return entry.size
    }
    return true
  }

  /// How things stand.
  var counts: DelayCounts {
    state.withLock { state in
      var counts = DelayCounts()
      counts.waiting = state.topics.waiting
      counts.nextDue = state.nextInMemory
      for bucket in state.buckets {
        counts.diskBytes += bucket.count * DelayEntry.bytes
        if !bucket.isLoaded, bucket.live > 0, bucket.loadedThrough == .lowest {
          counts.nextDue = min(counts.nextDue ?? .max, bucket.earliest)
        }
      }
      for file in state.files.values { counts.diskBytes += file.bytes }
      if counts.waiting == 0 { counts.nextDue = nil }
      return counts
    }
  }
}
