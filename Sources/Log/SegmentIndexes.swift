import Platform

/// A segment's three indexes, which are saved and believed together.
struct SegmentIndexes: Sendable {
  let batches: BatchIndex
  let offsets: OffsetIndex
  let times: TimeIndex

  /// New, empty ones; what the files held is gone.
  static func create(
    _ stem: String, _ openFiles: OpenFiles
  ) throws(SystemError) -> SegmentIndexes {
    let offsets = try openFiles.open(stem + ".index", .createOrOpen)
    let times = try openFiles.open(stem + ".timeindex", .createOrOpen)
    try offsets.truncate(to: 0)
    try times.truncate(to: 0)
    return SegmentIndexes(
      batches: try BatchIndex(creating: openFiles.open(stem + ".tags", .createOrOpen), openFiles),
      offsets: try OffsetIndex(offsets, openFiles, count: 0),
      times: try TimeIndex(times, openFiles, count: 0))
  }

  /// Stands for indexes that cannot be read.
  static func unread(_ stem: String, _ openFiles: OpenFiles) -> SegmentIndexes {
    SegmentIndexes(
      batches: BatchIndex(unread: stem + ".tags", openFiles),
      offsets: OffsetIndex(unread: stem + ".index", openFiles),
      times: TimeIndex(unread: stem + ".timeindex", openFiles))
  }

  /// The indexes as they were last saved; `nil` if one is missing or does not fit.
  ///
  /// - Parameters:
  ///   - logBytes: the log's length: no entry may reach past it.
  ///   - verify: check the checksum over all entries, too.
  static func open(
    _ stem: String, _ openFiles: OpenFiles, logBytes: Int, verify: Bool
  ) throws(SystemError) -> SegmentIndexes? {
    let paths = [".tags", ".index", ".timeindex"].map { stem + $0 }
    guard paths.allSatisfy(openFiles.system.exists) else { return nil }
    let tags = try openFiles.open(paths[0], .readWrite)
    let index = try openFiles.open(paths[1], .readWrite)
    let timeIndex = try openFiles.open(paths[2], .readWrite)
    guard try tags.size() >= BatchIndex.entriesFrom else { return nil }
    let head = try FileMapping(tags, count: BatchIndex.entriesFrom)
    guard let summary = IndexSummary(head.bytes),
      try tags.size() - BatchIndex.entriesFrom >= summary.batches * BatchEntry.bytes,
      try index.size() >= summary.offsets * OffsetIndex.entryBytes,
      try timeIndex.size() >= summary.times * TimeIndex.entryBytes,
      let batches = try BatchIndex(opening: tags, openFiles, head: head.bytes, summary)
    else { return nil }
    let all = SegmentIndexes(
      batches: batches, offsets: try OffsetIndex(index, openFiles, count: summary.offsets),
      times: try TimeIndex(timeIndex, openFiles, count: summary.times))
    guard try all.fit(logBytes: logBytes) else { return nil }
    defer { withExtendedLifetime(head) {} }
    if verify, summary.batches > 0, try all.checksum(summary, head.bytes) != summary.checksum {
      return nil
    }
    return all
  }

  /// The first position of the log that the batch index does not cover.
  func end() throws(SystemError) -> Int {
    let view = try batches.view()
    defer { view.end() }
    return view.count == 0 ? 0 : BatchEntry(view[view.count - 1]).end
  }

  /// From which relative offset on records are missing at the segment's end.
  func loss() throws(SystemError) -> UInt32? {
    guard batches.hasDamage else { return nil }
    let view = try batches.view()
    defer { view.end() }
    guard view.count > 0 else { return nil }
    let last = BatchEntry(view[view.count - 1])
    return last.tag == BatchEntry.damaged && last.size == 0 ? last.relativeOffset : nil
  }

  /// Brings everything to the disk, with the summary that a restart believes.
  func save() throws(SystemError) {
    let tags = try batches.entries.open()
    let index = try offsets.entries.open()
    let timeIndex = try times.entries.open()
    try batches.entries.flushAndCut(tags)
    try offsets.entries.flushAndCut(index)
    try times.entries.flushAndCut(timeIndex)
    var summary = batches.summary()
    summary.offsets = offsets.entries.count
    summary.times = times.entries.count
    let head = try FileMapping(tags, count: BatchIndex.entriesFrom)
    summary.checksum = try checksum(summary, head.bytes)
    try index.synchronizeData()
    try timeIndex.synchronizeData()
    try summary.write(to: tags)
    try tags.synchronizeData()
  }

  private func fit(logBytes: Int) throws(SystemError) -> Bool {
    let view = try batches.view()
    defer { view.end() }
    guard view.count > 0 else { return true }
    let first = BatchEntry(view[0])
    let end = BatchEntry(view[view.count - 1]).end
    return first.position == 0 && first.relativeOffset == 0 && end <= logBytes
  }

  private func checksum(
    _ summary: IndexSummary, _ head: UnsafeRawBufferPointer
  ) throws(SystemError) -> UInt32 {
    var crc = Crc32c()
    try batches.entries.view().update(&crc)
    crc.update(
      UnsafeRawBufferPointer(rebasing: head[IndexSummary.bytes..<summary.dictionaryEnd]))
    try offsets.entries.view().update(&crc)
    try times.entries.view().update(&crc)
    summary.update(&crc)
    return crc.value
  }
}
