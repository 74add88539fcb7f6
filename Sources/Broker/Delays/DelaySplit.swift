import Log
import Platform

/// The splitting of a bucket into narrower ones, a step at a time, so that nothing that is due has
/// to wait for it. Entries keep their order, and records stay where they are.
///
/// Entries go behind those of a narrower bucket that stands already, where the order allows it.
/// Until the end nobody sees them there.
final class DelaySplit {
  private static let flushBytes = 64 << 10

  /// What a narrower bucket gets.
  final class Child {
    let bucket: DelayBucket
    let isNew: Bool
    let waiting = ByteBuffer(capacity: 4096)
    var count = 0
    var earliest = Int64.max
    var lastNumber: UInt64 = 0
    /// Those that went while they were copied.
    var gone: [Int] = []

    init(_ bucket: DelayBucket, isNew: Bool) { (self.bucket, self.isNew) = (bucket, isNew) }

    /// Adds entries, of which these are the indexes behind `base`.
    func append(_ entries: ArraySlice<Int>, _ base: UnsafeRawPointer) {
      var earliest = earliest
      _ = waiting.appendUninitialized(atMost: entries.count * DelayEntry.bytes) { memory in
        var next = memory.baseAddress!
        for entry in entries {
          let source = base + entry * DelayEntry.bytes
          next.copyMemory(from: source, byteCount: DelayEntry.bytes)
          next += DelayEntry.bytes
          earliest = min(earliest, DelayEntry.key(source).due)
        }
        return entries.count * DelayEntry.bytes
      }
      self.earliest = earliest
      count += entries.count
      lastNumber = DelayEntry.key(base + entries.last! * DelayEntry.bytes).number
    }

    /// The bucket as it will be.
    var view: DelayBucketView {
      DelayBucketView(
        range: bucket.range, file: bucket.file, count: bucket.count + count, done: bucket.done)
    }
  }

  let parent: DelayBucket
  /// Records that went while their entries may have been copied already.
  var goneMeanwhile: [DelayKey] = []
  private let store: DelayStore
  private let level: DelayLevel
  private let scratch = ByteBuffer()
  /// By their place in the wide bucket's range.
  private var children: [Child?]
  private var index = 0

  /// Begins; what comes from now on for the same stretch of time gets a bucket of its own.
  init(_ parent: DelayBucket, in store: DelayStore) {
    guard let level = parent.level.narrower else { preconditionFailure("it is narrow enough") }
    self.parent = parent
    self.store = store
    self.level = level
    let count = parent.level.widthMilliseconds / level.widthMilliseconds
    children = Array(repeating: nil, count: Int(count))
    store.closeArrival(parent)
  }

  /// Whether a bucket is about to get entries.
  func fills(_ bucket: DelayBucket) -> Bool { children.contains { $0?.bucket === bucket } }

  /// Copies some entries; true once the narrower buckets stand in the wide one's place.
  func step() throws(LogError) -> Bool {
    let view = parent.view
    let topics = store.topics
    let someAreGone = topics.byID.contains { $0.value.isGone }
    let start = index
    var dropped: [DelayPlace] = []
    // For each entry that is to be copied its index in this step and its child's.
    var picked: [(entry: Int, child: Int)] = []
    picked.reserveCapacity(DelayBucketView.stepEntries)
    index = try view.forEachEntry(from: index, scratch: scratch) { index, base in
      if view.done.contains(index) { return }
      if someAreGone, topics.isGone(DelayEntry.topic(base)) {
        dropped.append(
          DelayPlace(
            entry: DelayEntry(base), bucket: parent.file.number, index: UInt32(index)))
      } else {
        picked.append((index - start, place(of: DelayEntry.key(base).due)))
      }
    }
    if !dropped.isEmpty {
      let others = goneMeanwhile.count
      store.markDone(dropped)
      // These are not copied: nobody has to look for them.
      goneMeanwhile.removeSubrange(others...)
    }
    try copy(picked)
    guard index == parent.count else { return false }
    for child in children { if let child { try flush(child) } }
    try forgetGone()
    store.replace(parent, by: children.compactMap { $0 })
    return true
  }

  /// Gives up: the wide bucket stays as it is.
  func abandon() {
    for child in children { if let child, child.isNew { store.discard(child.bucket) } }
  }

  private func place(of due: Int64) -> Int {
    Int((due - parent.range.lowerBound) / level.widthMilliseconds)
  }

  /// Copies the picked entries of this step, child by child: a reference taken for each entry would
  /// cost more than the copy.
  private func copy(_ picked: [(entry: Int, child: Int)]) throws(LogError) {
    guard let base = scratch.bytes.baseAddress else { return }
    var ends = [Int](repeating: 0, count: children.count)
    for (_, child) in picked { ends[child] += 1 }
    for place in ends.indices.dropFirst() { ends[place] += ends[place - 1] }
    var sorted = [Int](repeating: 0, count: picked.count)
    for (entry, child) in picked.reversed() {
      ends[child] -= 1
      sorted[ends[child]] = entry
    }
    for place in ends.indices {
      let end = place + 1 < ends.count ? ends[place + 1] : sorted.count
      guard ends[place] < end else { continue }
      let entries = sorted[ends[place]..<end]
      let child = try child(at: place, DelayEntry.key(base + entries.first! * DelayEntry.bytes))
      child.append(entries, base)
      if child.waiting.count >= DelaySplit.flushBytes { try flush(child) }
    }
  }

  /// What a narrower bucket gets, the first of which is that entry.
  private func child(at place: Int, _ key: DelayKey) throws(LogError) -> Child {
    if let known = children[place] { return known }
    let child = try store.child(level, from: level.start(of: key.due), behind: key.number)
    children[place] = child
    return child
  }

  private func flush(_ child: Child) throws(LogError) {
    let written = (child.bucket.count + child.count) * DelayEntry.bytes - child.waiting.count
    try child.bucket.file.append(child.waiting.bytes, at: written)
    child.waiting.removeAll()
  }

  private func forgetGone() throws(LogError) {
    for key in goneMeanwhile {
      guard let child = children[place(of: key.due)], let index = try child.view.index(of: key)
      else { continue }
      child.gone.append(index)
    }
  }
}
