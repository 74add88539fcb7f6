import Platform

/// Lays a segment's three indexes beside its batches, which are handed over in their order.
struct IndexCheck {
  /// A batch of the log.
  struct Batch {
    let header: BatchHeader
    let position: Int
    let tag: Tag?
    /// False if its records are not as they should be: then its tag is not known.
    let isSound: Bool
    /// Bytes before it that are no batches, and were reported.
    let skipped: Int
  }

  /// Takes a fault: where in the file, the file's suffix, what is wrong.
  typealias Report = (_ position: Int, _ suffix: String, _ reason: String) -> Void

  private let baseOffset: Offset
  private let batches: EntryFile.View
  private let offsets: EntryFile.View
  private let times: EntryFile.View
  private let tags: [UInt32: Tag]
  private var nextBatch = 0
  private var nextOffset = 0
  private var nextTime = 0
  private var latest: Int64 = -1
  /// Once bytes were skipped, the latest time may have stood there.
  private var hasSkipped = false

  init(_ indexes: SegmentIndexes, baseOffset: Offset) throws(SystemError) {
    self.baseOffset = baseOffset
    batches = try indexes.batches.view()
    offsets = try indexes.offsets.entries.view()
    times = try indexes.times.entries.view()
    tags = indexes.batches.tags
  }

  /// The next batch of the log.
  mutating func take(_ batch: Batch, _ report: Report) {
    if batch.skipped > 0 { hasSkipped = true }
    takeBatchEntries(batch, report)
    latest = max(latest, batch.header.maxTimestamp)
    let last = UInt32(clamping: batch.header.nextOffset - baseOffset - 1)
    takeOffsetEntries(batch, last, report)
    takeTimeEntries(batch, last, report)
  }

  /// What the batch index does not cover, and what is left of all three.
  ///
  /// - Parameter skipped: bytes at the log's end that are no batches, and were reported.
  func finish(logBytes: Int, skipped: Int, _ report: Report) {
    var end = 0
    if batches.count > 0 { end = BatchEntry(batches[batches.count - 1]).end }
    if end < logBytes {
      report(
        place(nextBatch), ".tags",
        "it ends at position \(end) of the log, which has \(logBytes) bytes")
    }
    guard skipped == 0 else { return }
    if nextBatch < batches.count, BatchEntry(batches[nextBatch]).tag != BatchEntry.damaged {
      report(place(nextBatch), ".tags", "an entry for no batch")
    }
    if nextOffset < offsets.count {
      report(nextOffset * OffsetIndex.entryBytes, ".index", "an entry for no batch")
    }
    if nextTime < times.count {
      report(nextTime * TimeIndex.entryBytes, ".timeindex", "an entry for no batch")
    }
  }

  private func place(_ entry: Int) -> Int {
    BatchIndex.entriesFrom + entry * BatchEntry.bytes
  }

  private mutating func takeBatchEntries(_ batch: Batch, _ report: Report) {
    while nextBatch < batches.count {
      let entry = BatchEntry(batches[nextBatch])
      let position = Int(entry.position)
      let isLoss = entry.tag == BatchEntry.damaged && entry.size == 0
      guard position < batch.position || isLoss else { break }
      // Of what was skipped and of damage known before, the log's check has told already.
      if position < batch.position - batch.skipped, entry.tag != BatchEntry.damaged {
        report(place(nextBatch), ".tags", "an entry for no batch")
      }
      nextBatch += 1
    }
    guard nextBatch < batches.count else { return }
    if let reason = complaint(BatchEntry(batches[nextBatch]), batch) {
      report(place(nextBatch), ".tags", "\(reason) the batch at position \(batch.position)")
    }
    nextBatch += 1
  }

  private func complaint(_ entry: BatchEntry, _ batch: Batch) -> String? {
    if Int(entry.position) != batch.position || Int(entry.size) != batch.header.size
      || baseOffset + Int(entry.relativeOffset) != batch.header.baseOffset
    {
      return "the entry is not that of"
    }
    if entry.tag == BatchEntry.damaged { return "the entry counts as damaged" }
    guard batch.isSound else { return nil }
    let tag = entry.tag == 0 ? nil : tags[entry.tag]
    return tag == batch.tag ? nil : "the entry's tag is not that of"
  }

  private mutating func takeOffsetEntries(_ batch: Batch, _ last: UInt32, _ report: Report) {
    while nextOffset < offsets.count {
      let entry = offsets[nextOffset]
      let position = Int(entry.bigEndian(4, as: UInt32.self))
      guard position <= batch.position else { return }
      let isRight = position == batch.position && entry.bigEndian(0, as: UInt32.self) == last
      let isSkipped = position < batch.position && position >= batch.position - batch.skipped
      if !isRight, !isSkipped {
        report(
          nextOffset * OffsetIndex.entryBytes, ".index",
          "the entry is not that of the batch at position \(batch.position)")
      }
      nextOffset += 1
    }
  }

  private mutating func takeTimeEntries(_ batch: Batch, _ last: UInt32, _ report: Report) {
    let first = UInt32(clamping: batch.header.baseOffset - baseOffset)
    while nextTime < times.count {
      let entry = times[nextTime]
      let relative = entry.bigEndian(8, as: UInt32.self)
      guard relative <= last else { return }
      let time = entry.bigEndian(0, as: Int64.self)
      let isRight = relative == last && (time == latest || hasSkipped && time > latest)
      let isSkipped = relative < first && batch.skipped > 0
      if !isRight, !isSkipped {
        report(
          nextTime * TimeIndex.entryBytes, ".timeindex",
          "the entry's time is not the latest up to offset \(baseOffset + Int(last))")
      }
      nextTime += 1
    }
  }
}
