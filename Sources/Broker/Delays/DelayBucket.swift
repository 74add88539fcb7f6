import Log

/// The entries of records that are due in one stretch of time, in the order in which they came, and
/// thus by number. Changed under the lock of `DelayBuckets`, by the thread of delays alone.
final class DelayBucket {
  let level: DelayLevel
  let range: Range<Int64>
  let file: AppendFile
  /// Where the bytes of records go that come for this bucket; `nil` if it was split off another.
  var records: DelayRecordFile?
  /// How many entries it has, done ones included.
  var count = 0
  /// The last entry's number; `nil` if only the file knows it.
  var lastNumber: UInt64?
  /// Which of them are done.
  var done = DelayMarks()
  /// When the earliest record was due that ever was in it.
  var earliest = Int64.max
  /// The entries up to this one are in memory, or done.
  var loadedThrough = DelayKey.lowest
  /// True if it was written since it was last synced.
  var isUnsynced = true
  /// True if a snapshot may name it.
  var isNamed = false

  init(level: DelayLevel, from: Int64, _ file: AppendFile, records: DelayRecordFile?) {
    self.level = level
    range = from..<(from + level.widthMilliseconds)
    self.file = file
    self.records = records
  }

  /// How many of its records wait.
  var live: Int { count - done.count }
  var isLoaded: Bool { loadedThrough == .highest }
  /// True while none of its entries is in memory.
  var isUntouched: Bool { loadedThrough == .lowest }

  /// The bucket as it is now.
  var view: DelayBucketView {
    DelayBucketView(range: range, file: file, count: count, done: done)
  }
}
