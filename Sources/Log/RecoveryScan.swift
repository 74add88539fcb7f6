import Platform

/// Goes through what a segment's indexes do not cover and adds it to them.
///
/// What does not check out is a torn end, to be cut off, if none of it was ever synced; else it is
/// damage: nothing is thrown away, and an entry of the batch index says which bytes not to serve.
/// A stamped request of which the last batch is missing is torn as a whole.
struct RecoveryScan {
  private let log: any File
  private let indexes: SegmentIndexes
  private let baseOffset: Offset
  private let logBytes: Int
  private let syncedBefore: Offset
  private let mayBeTorn: Bool
  private var scanner: SegmentScanner
  private var latest: Int64
  private var bytesSinceIndexed = 0
  /// The damage just passed, behind which offsets may go on higher.
  private var damage: BatchEntry?
  /// Batches of a request whose last one was not seen yet.
  private var begun: [BegunBatch] = []

  private struct BegunBatch {
    let header: BatchHeader
    let tag: Tag?
    let position: Int
  }

  /// The offset behind the last record of a whole request.
  private(set) var nextOffset: Offset
  /// The offset behind the last batch that was looked at.
  private var expectedOffset: Offset { begun.last?.header.nextOffset ?? nextOffset }
  /// True when an entry was added.
  private(set) var changed = false
  /// The length of the torn end that was cut off, and what was wrong with it.
  private(set) var cutBytes = 0
  private(set) var cutReason = ""

  /// - Parameters:
  ///   - syncedBefore: everything before it was once synced.
  ///   - mayBeTorn: true for the last segment after a crash.
  init(
    _ log: any File, _ indexes: SegmentIndexes, baseOffset: Offset, logBytes: Int,
    syncedBefore: Offset, mayBeTorn: Bool
  ) throws(SystemError) {
    self.log = log
    self.indexes = indexes
    self.baseOffset = baseOffset
    self.logBytes = logBytes
    self.syncedBefore = syncedBefore
    self.mayBeTorn = mayBeTorn
    scanner = SegmentScanner(log, from: try indexes.end(), fileBytes: logBytes)
    latest = indexes.times.latest ?? -1
    nextOffset = baseOffset
  }

  mutating func run() throws(SystemError) {
    try beginBehindIndexes()
    scan: while true {
      switch try scanner.look() {
      case .end: break scan
      case .batch(let header, let bytes) where follows(header):
        try take(header, bytes)
      case let finding:
        if mayBeTorn, expectedOffset >= syncedBefore {
          if try !cutBegun() { try cut(at: scanner.position, RecoveryScan.reason(finding)) }
          break scan
        }
        try addBegun()
        if try !passLoss(before: finding) { try markDamage() }
      }
    }
    if try !cutBegun() { try addBegun() }
    if nextOffset < syncedBefore { markLoss() }
    if changed, cutBytes < logBytes { indexTime() }
  }

  /// Looks, where the indexes cover the file, whether the segment reaches up to the next one: the
  /// file of one in between may be gone.
  mutating func lookBehind() throws(SystemError) {
    if indexes.batches.recordsEnd > 0, !(try endsWithDamage()) {
      nextOffset = baseOffset + Int(indexes.batches.recordsEnd)
    } else {
      try beginBehindIndexes()
    }
    if nextOffset < syncedBefore { markLoss() }
  }

  private func endsWithDamage() throws(SystemError) -> Bool {
    let view = try indexes.batches.view()
    defer { view.end() }
    return view.count > 0 && BatchEntry(view[view.count - 1]).tag == BatchEntry.damaged
  }

  /// Finds the offset behind the last indexed batch: its header knows, or if that is damaged, the
  /// summary.
  private mutating func beginBehindIndexes() throws(SystemError) {
    let view = try indexes.batches.view()
    guard view.count > 0 else { return }
    let last = BatchEntry(view[view.count - 1])
    view.end()
    nextOffset = baseOffset + Int(last.relativeOffset)
    if last.tag != BatchEntry.damaged, let header = try BatchHeader(log, at: Int(last.position)),
      header.baseOffset == nextOffset, header.size == Int(last.size)
    {
      nextOffset = header.nextOffset
    } else {
      if last.tag != BatchEntry.damaged {
        nextOffset = max(nextOffset, baseOffset + Int(indexes.batches.recordsEnd))
      }
      damage = last
    }
  }

  /// True for a batch that may stand here: behind damage its offset may be higher, but not by more
  /// than the damaged bytes had room for.
  private func follows(_ header: BatchHeader) -> Bool {
    if header.baseOffset == expectedOffset { return true }
    guard begun.isEmpty, let damage, header.baseOffset > nextOffset else { return false }
    return header.baseOffset <= highest(behind: Int(damage.size))
  }

  private func highest(behind bytes: Int) -> Offset { max(nextOffset + bytes, syncedBefore) }

  /// Takes a batch, and with it those before it if it is the last of its request.
  private mutating func take(
    _ header: BatchHeader, _ bytes: UnsafeRawBufferPointer
  ) throws(SystemError) {
    var tag: Tag?
    if var reader = try? RecordReader(bytes, header: header), let record = try? reader.next() {
      tag = record.tag.flatMap { Tag($0) }
    }
    begun.append(BegunBatch(header: header, tag: tag, position: scanner.position))
    scanner.advance(header.size)
    if !header.isContinued { try addBegun() }
  }

  private mutating func addBegun() throws(SystemError) {
    for batch in begun { try add(batch) }
    begun.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ batch: BegunBatch) throws(SystemError) {
    let header = batch.header
    if let stamp = header.stamp, !stamp.isOwnWork { indexes.batches.noteStamp() }
    let tag = if let name = batch.tag { try indexes.batches.define(name) ?? 0 } else { UInt32(0) }
    indexes.batches.append(
      BatchEntry(
        relativeOffset: UInt32(header.baseOffset - baseOffset), position: UInt32(batch.position),
        size: UInt32(header.size), tag: tag),
      recordsEnd: UInt32(header.nextOffset - baseOffset))
    changed = true
    nextOffset = header.nextOffset
    damage = nil
    latest = max(latest, header.maxTimestamp)
    if bytesSinceIndexed > OffsetIndex.intervalBytes {
      indexes.offsets.append(
        relativeOffset: lastRelativeOffset, position: UInt32(batch.position))
      indexTime()
      bytesSinceIndexed = 0
    }
    bytesSinceIndexed += header.size
  }

  /// Cuts off a request that is not whole; false if there is none, or none that may be cut.
  private mutating func cutBegun() throws(SystemError) -> Bool {
    guard let first = begun.first, mayBeTorn, first.header.baseOffset >= syncedBefore else {
      return false
    }
    begun.removeAll()
    try cut(at: first.position, "a request of which not all batches are there")
    return true
  }

  private mutating func cut(at position: Int, _ reason: String) throws(SystemError) {
    try log.truncate(to: position)
    cutBytes = logBytes - position
    cutReason = "position \(position): \(reason)"
  }

  /// Where a sound batch stands whose offset is too high, and what comes behind it bears that out,
  /// what is wrong is not the batch: records before it are missing.
  private mutating func passLoss(
    before finding: SegmentScanner.Finding
  ) throws(SystemError) -> Bool {
    guard case .batch(let header, _) = finding, damage == nil, header.baseOffset > nextOffset,
      header.baseOffset <= syncedBefore
    else { return false }
    let end = scanner.position + header.size
    let next = end < logBytes ? try BatchHeader(log, at: end)?.baseOffset : syncedBefore
    guard next == header.nextOffset || header.baseOffset == syncedBefore else { return false }
    appendDamage(at: scanner.position, bytes: 0)
    return true
  }

  private mutating func markDamage() throws(SystemError) {
    let position = scanner.position
    let expected = nextOffset
    let synced = syncedBefore
    try scanner.skip { header, skipped in
      header.baseOffset > expected && header.baseOffset <= max(expected + skipped, synced)
    }
    appendDamage(at: position, bytes: scanner.position - position)
  }

  /// Records that were once synced are not there: an entry without bytes stands for them, and
  /// their offsets are not given out again.
  private mutating func markLoss() {
    if damage == nil { appendDamage(at: scanner.position, bytes: 0) }
    nextOffset = syncedBefore
  }

  private mutating func appendDamage(at position: Int, bytes: Int) {
    let relative = UInt32(nextOffset - baseOffset)
    indexes.batches.appendDamage(at: relative, position: position, bytes: bytes)
    damage = BatchEntry(
      relativeOffset: relative, position: UInt32(position), size: UInt32(bytes),
      tag: BatchEntry.damaged)
    changed = true
  }

  private var lastRelativeOffset: UInt32 { UInt32(max(0, nextOffset - baseOffset - 1)) }

  private func indexTime() {
    indexes.times.append(timestamp: latest, relativeOffset: lastRelativeOffset)
  }

  private static func reason(_ finding: SegmentScanner.Finding) -> String {
    switch finding {
    case .unsound(let reason): reason
    case .batch: "a batch whose offset does not follow"
    case .end: "the end"
    }
  }
}
