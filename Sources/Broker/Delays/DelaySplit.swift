import Log
import Platform

/// The splitting of a bucket into narrower ones, a step at a time, so that nothing that is due has
/// to wait for it. Entries keep their order, and records stay where they are.
final class DelaySplit {
  private static let flushBytes = 64 << 10

  private struct Child {
    let bucket: DelayBucket
    let waiting = ByteBuffer(capacity: 4096)
    var written = 0
  }

  let parent: DelayBucket
  /// Records that went while their entries may have been copied already.
  var goneMeanwhile: [DelayKey] = []
  private let store: DelayStore
  private let level: DelayLevel
  private let scratch = ByteBuffer()
  private var children: [Int64: Child] = [:]
  private var index = 0

  init(_ parent: DelayBucket, in store: DelayStore) {
    self.parent = parent
    self.store = store
    level = DelayLevel.all[parent.level.number - 1]
  }

  /// Copies some entries; true once the narrower buckets stand in the wide one's place.
  func step() throws(LogError) -> Bool {
    let view = parent.view
    var entries: [DelayEntry] = []
    var dropped: [DelayPlace] = []
    index = try view.forEachEntry(from: index, scratch: scratch) { index, base in
      if view.done.contains(index) { return }
      let entry = DelayEntry(base)
      if store.isGone(entry.topic) {
        dropped.append(
          DelayPlace(entry: entry, bucket: parent.file.number, index: UInt32(index)))
      } else {
        entries.append(entry)
      }
    }
    if !dropped.isEmpty { store.markDone(dropped) }
    for entry in entries { try copy(entry) }
    guard index == parent.count else { return false }
    for from in Array(children.keys) { try flush(from) }
    try forgetGone()
    store.replace(parent, by: children.values.map(\.bucket))
    return true
  }

  /// Gives up: the wide bucket stays as it is.
  func abandon() {
    for child in children.values { store.discard(child.bucket) }
  }

  private func copy(_ entry: DelayEntry) throws(LogError) {
    let from = level.start(of: entry.key.due)
    if children[from] == nil {
      children[from] = Child(
        bucket: try store.makeBucket(level, from: from, takesRecords: false))
    }
    let child = children[from]!
    _ = child.waiting.appendUninitialized(atMost: DelayEntry.bytes) { memory in
      entry.write(to: memory.baseAddress!)
      return DelayEntry.bytes
    }
    child.bucket.count += 1
    child.bucket.earliest = min(child.bucket.earliest, entry.key.due)
    if child.waiting.count >= DelaySplit.flushBytes { try flush(from) }
  }

  private func flush(_ from: Int64) throws(LogError) {
    let child = children[from]!
    try child.bucket.file.append(child.waiting.bytes, at: child.written)
    children[from]!.written += child.waiting.count
    child.waiting.removeAll()
  }

  private func forgetGone() throws(LogError) {
    for key in goneMeanwhile {
      guard let child = children[level.start(of: key.due)],
        let index = try child.bucket.view.index(of: key)
      else { continue }
      _ = child.bucket.done.insert(index)
    }
  }
}
