import Platform

/// Opens one segment's files: believes the indexes as far as they fit, scans the log from there on,
/// cuts a torn end, marks damage. None of them stays open.
struct SegmentLoader {
  /// What happened to the segment, to be counted and said.
  struct Outcome {
    let segment: LogSegment
    /// The offset behind the last record.
    let nextOffset: Offset
    /// True when the indexes were missing or did not fit.
    var rebuilt = false
    /// The length of the torn end that was cut off, and what was wrong with it.
    var cutBytes = 0
    var cutReason = ""
    /// False when the disk had no room for the indexes.
    var saved = true
  }

  let baseOffset: Offset
  let directory: String
  let openFiles: OpenFiles
  /// Everything before it was once synced; what is missing there is damage, not a torn end.
  let syncedBefore: Offset
  /// True for the last segment.
  let isLast: Bool
  /// True when the server before this one stopped cleanly.
  let wasClean: Bool
  let now: Int64

  private var stem: String { "\(directory)/\(baseOffset.fileStem)" }

  func load() throws(SystemError) -> Outcome {
    let log = try openFiles.open(stem + ".log", .readWrite)
    let logBytes = try log.size()
    var opened = try SegmentIndexes.open(
      stem, openFiles, logBytes: logBytes, verify: true)
    if !isLast, let loss = try opened?.loss(), baseOffset + Int(loss) >= syncedBefore {
      // What was missing behind it is there again.
      opened = nil
    }
    let indexes: SegmentIndexes
    if let opened {
      indexes = opened
    } else {
      indexes = try SegmentIndexes.create(stem, openFiles)
    }
    var scan = try RecoveryScan(
      log, indexes, baseOffset: baseOffset, logBytes: logBytes, syncedBefore: syncedBefore,
      mayBeTorn: isLast && !wasClean)
    let start = try indexes.end()
    // A sealed segment that its indexes cover needs no look at its log.
    if isLast || opened == nil || start != logBytes {
      try scan.run()
    } else {
      try scan.lookBehind()
    }
    let bytes = logBytes - scan.cutBytes
    if isLast, !wasClean { try log.synchronizeData() }
    let saved = opened != nil && start == bytes && !scan.changed || trySave(indexes)
    let segment = LogSegment(
      baseOffset: baseOffset, directory: directory, openFiles, indexes: indexes, bytes: bytes,
      createdMilliseconds: isLast ? try createdMilliseconds(log, bytes) : now,
      maxTimestamp: indexes.times.latest ?? -1,
      missingFrom: isLast ? nil : try indexes.loss().map { baseOffset + Int($0) })
    return Outcome(
      segment: segment, nextOffset: scan.nextOffset, rebuilt: opened == nil && logBytes > 0,
      cutBytes: scan.cutBytes, cutReason: scan.cutReason, saved: saved)
  }

  /// Stands for the segment where its files cannot be opened: what it held cannot be served.
  func unread(_ error: SystemError) -> Outcome {
    let segment = LogSegment(
      baseOffset: baseOffset, directory: directory, openFiles,
      indexes: .unread(stem, openFiles), bytes: 0, createdMilliseconds: now, maxTimestamp: -1,
      failure: LogError(reading: error))
    return Outcome(segment: segment, nextOffset: max(baseOffset, syncedBefore))
  }

  private func trySave(_ indexes: SegmentIndexes) -> Bool {
    do {
      try indexes.save()
      return true
    } catch {
      return false
    }
  }

  private func createdMilliseconds(_ log: any File, _ bytes: Int) throws(SystemError) -> Int64 {
    guard bytes > 0, let first = try BatchHeader(log, at: 0), first.baseTimestamp >= 0
    else { return now }
    return min(first.baseTimestamp, now)
  }
}
