import Platform

/// Finds out what a log remembers of its producers when it is opened: what the file beside it says,
/// and what the heads of the batches say that came after; without a file that fits, all heads.
///
/// A log without producers costs nothing: segments know whether they hold a stamped batch.
struct ProducerLoader {
  let directory: String
  let files: any FileSystem
  let limits: ProducerLimits
  let now: Int64
  /// Says, for people, what was found.
  let report: (String) -> Void

  func load(_ segments: [LogSegment], end: Offset) throws(SystemError) -> ProducerTable {
    var table = readFile(segments[0].baseOffset, end)
    for (index, segment) in segments.enumerated() where segment.batches.holdsStamps {
      let segmentEnd = index + 1 < segments.count ? segments[index + 1].baseOffset : end
      if segmentEnd > table.savedThrough { try replay(segment, into: &table) }
    }
    table.forget(now: now)
    return table
  }

  private func readFile(_ start: Offset, _ end: Offset) -> ProducerTable {
    let path = "\(directory)/\(ProducerTable.fileName)"
    guard files.exists(path) else { return ProducerTable(limits: limits) }
    if let file = try? files.readWhole(path),
      let table = ProducerTable(file.bytes, limits: limits, logEnd: end)
    {
      return table
    }
    report("\(path) cannot be used: the producers are gathered from the log")
    var table = ProducerTable(limits: limits)
    // What retention has deleted cannot be gathered.
    if start > .zero { table.noteForgotten(through: now) }
    return table
  }

  /// A request of which not all heads were seen yet.
  private struct Begun {
    let stamp: ProducerStamp
    let baseOffset: Offset
    let timestamp: Int64
    var count: Int
  }

  /// Goes through the heads in the order of the batch index. The server's clock when they were
  /// written is not in them: they count from now on, and so nobody is forgotten too early.
  private func replay(
    _ segment: LogSegment, into table: inout ProducerTable
  ) throws(SystemError) {
    var heads = HeadWindow(try segment.log.open())
    var begun: Begun?
    let view = try segment.batches.view()
    defer { view.end() }
    let first = segment.countBatches(in: view, before: table.savedThrough)
    for index in first..<view.count {
      let entry = BatchEntry(view[index])
      let head = entry.tag == BatchEntry.damaged ? nil : try heads.head(at: Int(entry.position))
      guard let head, head.size == Int(entry.size), let stamp = head.stamp, !stamp.isOwnWork
      else {
        finish(&begun, into: &table)
        continue
      }
      if begun?.stamp != stamp {
        finish(&begun, into: &table)
        begun = Begun(
          stamp: stamp, baseOffset: head.baseOffset, timestamp: head.maxTimestamp, count: 0)
      }
      begun?.count += Int(head.recordCount)
      if !head.isContinued { finish(&begun, into: &table) }
    }
    finish(&begun, into: &table)
  }

  private func finish(_ begun: inout Begun?, into table: inout ProducerTable) {
    guard let request = begun else { return }
    begun = nil
    let known = table.entry(of: request.stamp.id, now: now)
    // Damage in the middle of a request: its second half is not another one.
    if known?.epoch == request.stamp.epoch,
      known?.requests.last.sequence == request.stamp.sequence
    {
      return
    }
    table.remember(
      RememberedRequest(
        sequence: request.stamp.sequence, count: Int32(clamping: request.count),
        baseOffset: request.baseOffset, timestamp: request.timestamp),
      of: request.stamp, now: now)
    if table.count > limits.countMax { table.forget(now: now) }
  }
}
