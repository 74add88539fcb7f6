import Platform

/// Goes through one segment: its batches by themselves, their order, and whether its indexes say of
/// them what is so.
struct SegmentCheck {
  /// The data directory.
  let directory: String
  /// The log's name: `topics/orders-0`.
  let name: String
  let baseOffset: Offset
  /// Everything before it was once synced; what is missing there is a fault.
  let syncedBefore: Offset
  let isLast: Bool
  /// True when the last server stopped cleanly: then nothing may be left for a start to mend.
  let wasClean: Bool
  private let validator = BatchValidator(recordBytesMax: .max)

  init(
    directory: String, name: String, baseOffset: Offset, syncedBefore: Offset, isLast: Bool,
    wasClean: Bool
  ) {
    self.directory = directory
    self.name = name
    self.baseOffset = baseOffset
    self.syncedBefore = syncedBefore
    self.isLast = isLast
    self.wasClean = wasClean
  }

  private var stem: String { "\(name)/\(baseOffset.fileStem)" }

  /// - Parameter progress: is told of batches and records since it was last told, and of the bytes
  ///   looked at so far.
  /// - Returns: the offset behind the segment's last record.
  mutating func run(
    _ files: DiskFileSystem, _ report: (DirectoryCheck.Fault) -> Void,
    progress: (_ batches: Int, _ records: Int, _ bytes: Int) -> Void
  ) throws(SystemError) -> Offset {
    let log = try files.open("\(directory)/\(stem).log", .read)
    let logBytes = try log.size()
    let indexes = try SegmentIndexes.open(
      "\(directory)/\(stem)", OpenFiles(files), logBytes: logBytes, verify: true)
    var comparison: IndexCheck?
    if let indexes { comparison = try IndexCheck(indexes, baseOffset: baseOffset) }
    var scanner = SegmentScanner(log, from: 0, fileBytes: logBytes)
    var next = baseOffset
    /// Bytes skipped since the last sound batch: behind them offsets may go on higher.
    var skipped = 0
    scan: while true {
      let position = scanner.position
      switch try scanner.look() {
      case .end: break scan
      case .batch(let header, let bytes) where follows(header, next, skipped):
        let (reason, tag) = validator.complaint(bytes, header)
        if let reason { report(fault(".log", position, reason)) }
        let batch = IndexCheck.Batch(
          header: header, position: position, tag: tag, isSound: reason == nil, skipped: skipped)
        comparison?.take(batch) { place, file, reason in report(fault(file, place, reason)) }
        next = header.nextOffset
        skipped = 0
        scanner.advance(header.size)
        progress(1, Int(header.recordCount), scanner.position)
      case let finding:
        let reason = SegmentCheck.reason(finding, next)
        if isLast, !wasClean, next >= syncedBefore {
          report(
            fault(
              ".log", position, "a torn end of \(logBytes - position) bytes: \(reason)",
              isMended: true))
          skipped = logBytes - position
          break scan
        }
        report(fault(".log", position, reason))
        let expected = next
        let synced = syncedBefore
        try scanner.skip { header, skipped in
          header.baseOffset >= expected && header.baseOffset <= max(expected + skipped, synced)
        }
        skipped = scanner.position - position
        progress(0, 0, scanner.position)
      }
    }
    if next < syncedBefore, skipped == 0 {
      report(
        fault(
          ".log", scanner.position,
          "offsets \(next) to \(syncedBefore.value - 1) were synced and are not there"))
    }
    checkIndexes(comparison, files, logBytes, skipped, report)
    return max(next, syncedBefore)
  }

  private func follows(_ header: BatchHeader, _ next: Offset, _ skipped: Int) -> Bool {
    if header.baseOffset == next { return true }
    guard skipped > 0 else { return false }
    return header.baseOffset > next && header.baseOffset <= max(next + skipped, syncedBefore)
  }

  /// Indexes that are missing, do not fit or end early are a fault, unless a crash has left them
  /// so: then the next start makes them anew.
  private func checkIndexes(
    _ comparison: IndexCheck?, _ files: DiskFileSystem, _ logBytes: Int, _ skipped: Int,
    _ report: (DirectoryCheck.Fault) -> Void
  ) {
    guard let comparison else {
      guard logBytes > 0 else { return }
      let missing = [".index", ".timeindex", ".tags"].first {
        !files.exists("\(directory)/\(stem)\($0)")
      }
      let reason = missing == nil ? "it does not fit, or is not as it was saved" : "it is missing"
      return report(fault(missing ?? ".tags", 0, reason, isMended: !wasClean))
    }
    comparison.finish(logBytes: logBytes, skipped: skipped) { place, file, reason in
      report(fault(file, place, reason, isMended: !wasClean))
    }
  }

  private func fault(
    _ suffix: String, _ position: Int, _ reason: String, isMended: Bool = false
  ) -> DirectoryCheck.Fault {
    DirectoryCheck.Fault(
      file: stem + suffix, position: position, reason: reason, isMended: isMended)
  }

  private static func reason(_ finding: SegmentScanner.Finding, _ next: Offset) -> String {
    switch finding {
    case .unsound(let reason): reason
    case .batch(let header, _):
      "a batch with offset \(header.baseOffset) stands where \(next) should"
    case .end: "the end"
    }
  }
}
