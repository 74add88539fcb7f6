import Platform

/// Opens one segment's files: believes the indexes as far as they fit, rebuilds them otherwise,
/// cuts a torn end.
struct SegmentLoader {
  /// What happened to the segment, to be counted and said.
  struct Outcome {
    let segment: LogSegment
    let nextOffset: Offset
    var rebuilt = false
    var cutBytes = 0
    var cutReason = ""
  }

  let baseOffset: Offset
  let directory: String
  let files: any FileSystem
  /// Everything before it is on the disk and in the index files.
  let recoveryPoint: Offset
  /// True for the last segment after a crash: its end may be torn.
  let mayBeTorn: Bool
  /// True after a crash: checksums of sealed indexes are checked.
  let verify: Bool
  let now: Int64

  private var stem: String { "\(directory)/\(baseOffset.fileStem)" }

  func load() throws(SystemError) -> Outcome {
    let log = try files.open(stem + ".log", .readWrite)
    let logBytes = try log.size()
    if let opened = try openIndexes(logBytes: logBytes) {
      let indexed = opened.end
      if indexed == logBytes { return try finish(log, opened, from: indexed, logBytes) }
      if mayBeTorn { return try finish(log, opened, from: indexed, logBytes) }
    }
    var outcome = try finish(log, try freshIndexes(), from: 0, logBytes)
    outcome.rebuilt = logBytes > 0
    return outcome
  }

  /// The three indexes as far as they are believed.
  private struct Indexes {
    let batches: BatchIndex
    let offsets: OffsetIndex
    let times: TimeIndex
    /// The first position that the batch index does not cover.
    var end: Int {
      let view = batches.view()
      return view.count == 0 ? 0 : BatchEntry(view[view.count - 1]).end
    }
  }

  private func openIndexes(logBytes: Int) throws(SystemError) -> Indexes? {
    let limit = mayBeTorn ? recoveryPoint : Offset(.max)
    let relativeLimit = limit.value - baseOffset.value
    guard files.exists(stem + ".tags"), files.exists(stem + ".index"),
      files.exists(stem + ".timeindex"),
      let batches = try BatchIndex(
        opening: files.open(stem + ".tags", .readWrite), logBytes: logBytes, verify: verify,
        isTrusted: { Int64($0.relativeOffset) < relativeLimit })
    else { return nil }
    let offsetFile = try files.open(stem + ".index", .readWrite)
    let timeFile = try files.open(stem + ".timeindex", .readWrite)
    let offsetRoom = try offsetFile.size()
    let timeRoom = try timeFile.size()
    guard offsetRoom % OffsetIndex.entryBytes == 0, timeRoom % TimeIndex.entryBytes == 0
    else { return nil }
    let offsets = try OffsetIndex(offsetFile, count: offsetRoom / OffsetIndex.entryBytes)
    let times = try TimeIndex(timeFile, count: timeRoom / TimeIndex.entryBytes)
    guard mayBeTorn else { return Indexes(batches: batches, offsets: offsets, times: times) }
    let keptOffsets = offsets.entries.view().prefixCount {
      Int64($0.bigEndian(0, as: UInt32.self)) < relativeLimit
    }
    let keptTimes = times.entries.view().prefixCount {
      Int64($0.bigEndian(8, as: UInt32.self)) < relativeLimit
    }
    return Indexes(
      batches: batches, offsets: try OffsetIndex(offsetFile, count: keptOffsets),
      times: try TimeIndex(timeFile, count: keptTimes))
  }

  private func freshIndexes() throws(SystemError) -> Indexes {
    let offsets = try files.open(stem + ".index", .createOrOpen)
    let times = try files.open(stem + ".timeindex", .createOrOpen)
    try offsets.truncate(to: 0)
    try times.truncate(to: 0)
    return Indexes(
      batches: try BatchIndex(creating: files.open(stem + ".tags", .createOrOpen)),
      offsets: try OffsetIndex(offsets, count: 0), times: try TimeIndex(times, count: 0))
  }

  /// Scans what the indexes do not cover, adds it to them, and makes the segment.
  private func finish(
    _ log: any File, _ indexes: Indexes, from start: Int, _ logBytes: Int
  ) throws(SystemError) -> Outcome {
    var next = try offset(behind: indexes, log)
    var latest = indexes.times.latest ?? -1
    var sawDamage = false
    var cut: (bytes: Int, reason: String) = (0, "")
    var sinceIndexed = 0
    var scanner = SegmentScanner(log, from: start, fileBytes: logBytes)
    scan: while true {
      switch try scanner.look() {
      case .end: break scan
      case .batch(let header, let bytes)
      where header.baseOffset == next || sawDamage && header.baseOffset > next:
        try add(header, bytes, at: scanner.position, to: indexes, &latest, &sinceIndexed)
        next = header.nextOffset
        scanner.advance(header.size)
      case let finding:
        let position = scanner.position
        let reason = SegmentLoader.reason(finding)
        if mayBeTorn, next >= recoveryPoint {
          try log.truncate(to: position)
          cut = (logBytes - position, "position \(position): \(reason)")
          break scan
        }
        let found = try scanner.skipDamage(following: next)
        let entry = BatchEntry(
          relativeOffset: UInt32(next - baseOffset), position: UInt32(position),
          size: UInt32(scanner.position - position), tag: BatchEntry.damaged)
        sawDamage = true
        indexes.batches.append(entry)
        if !found { break scan }
      }
    }
    let segment = LogSegment(
      baseOffset: baseOffset, directory: directory, log: log, batches: indexes.batches,
      offsets: indexes.offsets, times: indexes.times, bytes: logBytes - cut.bytes,
      createdMilliseconds: try createdMilliseconds(log, logBytes - cut.bytes),
      maxTimestamp: latest, damage: SegmentLoader.damage(in: indexes.batches))
    if start < logBytes { try segment.flushIndexes() }
    return Outcome(
      segment: segment, nextOffset: next, cutBytes: cut.bytes, cutReason: cut.reason)
  }

  private func add(
    _ header: BatchHeader, _ bytes: UnsafeRawBufferPointer, at position: Int, to indexes: Indexes,
    _ latest: inout Int64, _ sinceIndexed: inout Int
  ) throws(SystemError) {
    var tag: UInt32 = 0
    if var reader = try? RecordReader(bytes, header: header), let record = try? reader.next(),
      let name = record.tag.flatMap({ Tag($0) })
    {
      tag = try indexes.batches.define(name) ?? 0
    }
    let relative = UInt32(header.baseOffset - baseOffset)
    indexes.batches.append(
      BatchEntry(
        relativeOffset: relative, position: UInt32(position), size: UInt32(header.size), tag: tag))
    let lastRelative = relative + UInt32(header.lastOffsetDelta)
    latest = max(latest, header.maxTimestamp)
    if sinceIndexed > OffsetIndex.intervalBytes {
      indexes.offsets.append(relativeOffset: lastRelative, position: UInt32(position))
      indexes.times.append(timestamp: latest, relativeOffset: lastRelative)
      sinceIndexed = 0
    }
    sinceIndexed += header.size
  }

  /// The offset behind the last indexed batch: its header knows.
  private func offset(behind indexes: Indexes, _ log: any File) throws(SystemError) -> Offset {
    let view = indexes.batches.view()
    guard view.count > 0 else { return baseOffset }
    let entry = BatchEntry(view[view.count - 1])
    let header = try header(log, at: Int(entry.position))
    return header?.nextOffset ?? baseOffset + Int(entry.relativeOffset)
  }

  private func createdMilliseconds(_ log: any File, _ bytes: Int) throws(SystemError) -> Int64 {
    guard bytes > 0, let first = try header(log, at: 0), first.baseTimestamp >= 0
    else { return now }
    return min(first.baseTimestamp, now)
  }

  private func header(_ log: any File, at position: Int) throws(SystemError) -> BatchHeader? {
    let buffer = ByteBuffer(capacity: BatchHeader.bytes)
    _ = try buffer.appendUninitialized(atMost: BatchHeader.bytes) { memory throws(SystemError) in
      try log.read(into: memory, at: position)
    }
    return BatchHeader(buffer.bytes)
  }

  /// The entries that stand for damaged bytes. After a clean stop they are remembered by the index
  /// itself.
  private static func damage(in batches: BatchIndex) -> [BatchEntry] {
    let view = batches.view()
    return (0..<view.count).map { BatchEntry(view[$0]) }.filter { $0.tag == BatchEntry.damaged }
  }

  private static func reason(_ finding: SegmentScanner.Finding) -> String {
    switch finding {
    case .unsound(let reason): reason
    case .batch: "a batch whose offset does not follow"
    case .end: "the end"
    }
  }
}
