import Platform

/// A segment's three indexes, which are saved and believed together.
struct SegmentIndexes: Sendable {
  let batches: BatchIndex
  let offsets: OffsetIndex
  let times: TimeIndex

  /// New, empty ones; what the files held is gone.
  static func create(_ stem: String, _ files: any FileSystem) throws(SystemError) -> SegmentIndexes
  {
    let offsets = try files.open(stem + ".index", .createOrOpen)
    let times = try files.open(stem + ".timeindex", .createOrOpen)
    try offsets.truncate(to: 0)
    try times.truncate(to: 0)
    return SegmentIndexes(
      batches: try BatchIndex(creating: files.open(stem + ".tags", .createOrOpen)),
      offsets: try OffsetIndex(offsets, count: 0), times: try TimeIndex(times, count: 0))
  }

  /// The indexes as they were last saved; `nil` if one is missing or does not fit.
  ///
  /// - Parameters:
  ///   - logBytes: the log's length: no entry may reach past it.
  ///   - verify: check the checksum over all entries, too.
  static func open(
    _ stem: String, _ files: any FileSystem, logBytes: Int, verify: Bool
  ) throws(SystemError) -> SegmentIndexes? {
    let paths = [".tags", ".index", ".timeindex"].map { stem + $0 }
    guard paths.allSatisfy(files.exists) else { return nil }
    let tags = try files.open(paths[0], .readWrite)
    let index = try files.open(paths[1], .readWrite)
    let timeIndex = try files.open(paths[2], .readWrite)
    guard try tags.size() >= BatchIndex.entriesFrom else { return nil }
    let head = try FileMapping(tags, count: BatchIndex.entriesFrom)
    guard let summary = IndexSummary(head.bytes),
      try tags.size() - BatchIndex.entriesFrom >= summary.batches * BatchEntry.bytes,
      try index.size() >= summary.offsets * OffsetIndex.entryBytes,
      try timeIndex.size() >= summary.times * TimeIndex.entryBytes,
      let batches = try BatchIndex(opening: tags, head: head.bytes, summary)
    else { return nil }
    let all = SegmentIndexes(
      batches: batches, offsets: try OffsetIndex(index, count: summary.offsets),
      times: try TimeIndex(timeIndex, count: summary.times))
    guard all.fit(logBytes: logBytes) else { return nil }
    if verify, summary.batches > 0, all.checksum(summary, head.bytes) != summary.checksum {
      return nil
    }
    return all
  }

  /// The first position of the log that the batch index does not cover.
  var end: Int {
    let view = batches.view()
    return view.count == 0 ? 0 : BatchEntry(view[view.count - 1]).end
  }

  /// Brings everything to the disk, with the summary that a restart believes.
  func save() throws(SystemError) {
    try batches.entries.flushAndCut()
    try offsets.entries.flushAndCut()
    try times.entries.flushAndCut()
    var summary = batches.summary()
    summary.offsets = offsets.entries.view().count
    summary.times = times.entries.view().count
    let head = try FileMapping(batches.entries.file, count: BatchIndex.entriesFrom)
    summary.checksum = checksum(summary, head.bytes)
    try offsets.entries.file.synchronizeData()
    try times.entries.file.synchronizeData()
    try summary.write(to: batches.entries.file)
    try batches.entries.file.synchronizeData()
  }

  private func fit(logBytes: Int) -> Bool {
    let view = batches.view()
    guard view.count > 0 else { return true }
    let first = BatchEntry(view[0])
    return first.position == 0 && first.relativeOffset == 0 && end <= logBytes
  }

  private func checksum(_ summary: IndexSummary, _ head: UnsafeRawBufferPointer) -> UInt32 {
    var crc = Crc32c()
    batches.entries.view().update(&crc)
    crc.update(
      UnsafeRawBufferPointer(rebasing: head[IndexSummary.bytes..<summary.dictionaryEnd]))
    offsets.entries.view().update(&crc)
    times.entries.view().update(&crc)
    summary.update(&crc)
    return crc.value
  }
}
