import Platform

/// Opens a partition's log as it was left, or makes a new one.
struct LogLoader {
  let name: String
  let directory: String
  let openFiles: OpenFiles
  let writer: LogWriter
  let settings: LogSettings
  let recoveryPoint: Offset
  /// True when the server before this one stopped cleanly: nothing is scanned.
  let wasClean: Bool
  let clock: any Clock
  let metrics: LogMetrics
  let producerLimits: ProducerLimits
  /// Says, for people, what was found.
  let report: @Sendable (String) -> Void

  private var files: any FileSystem { openFiles.system }

  func load() throws(LogError) -> PartitionLog {
    do {
      try files.createDirectory(directory)
      var bases = try LogLoader.segmentBases(in: directory, files)
      if bases.isEmpty { return recoveryPoint > .zero ? try makeLost() : try makeNew() }
      let point = try dropEmptyLast(&bases)
      if !wasClean { try removeLeftovers(before: bases[0]) }
      var segments: [LogSegment] = []
      var end = Offset.zero
      var saved = true
      for (index, base) in bases.enumerated() {
        let isLast = index == bases.count - 1
        let loader = SegmentLoader(
          baseOffset: base, directory: directory, openFiles: openFiles,
          syncedBefore: isLast ? point : bases[index + 1], isLast: isLast, wasClean: wasClean,
          now: clock.wallMilliseconds())
        let outcome = try loadOrLeave(loader)
        try tell(outcome)
        segments.append(outcome.segment)
        end = outcome.nextOffset
        saved = saved && outcome.saved
      }
      return PartitionLog(
        name: name, directory: directory, openFiles: openFiles, writer: writer, metrics: metrics,
        segments: segments, end: end, checkpoint: saved ? end : min(point, end),
        settings: settings, producers: try producers(segments, end: end), report: report)
    } catch {
      throw LogError(writing: error)
    }
  }

  /// Opens a segment, or goes on without it where the machine refuses to open its files. Where its
  /// records would be given their offsets a second time it does not: after a crash nobody else
  /// knows how far the last one went.
  private func loadOrLeave(_ loader: SegmentLoader) throws(SystemError) -> SegmentLoader.Outcome {
    do {
      return try loader.load()
    } catch {
      guard error.isRefusal, !loader.isLast || wasClean else { throw error }
      return loader.unread(error)
    }
  }

  /// Removes a last segment that is empty while there are others. It may have been left behind when
  /// the disk was full, and records with its offsets may lie in the segment before it. All that was
  /// before it had been synced when it was made.
  ///
  /// - Returns: the offset before which everything was once synced.
  private func dropEmptyLast(_ bases: inout [Offset]) throws(SystemError) -> Offset {
    guard bases.count > 1, let last = bases.last else { return recoveryPoint }
    let paths = LogSegment.paths(of: last, in: directory)
    let bytes: Int
    do {
      bytes = try files.open(paths[0], .read).size()
    } catch {
      guard error.isRefusal else { throw error }
      return recoveryPoint
    }
    guard bytes == 0 else { return recoveryPoint }
    for path in paths { try files.removeFile(path) }
    bases.removeLast()
    return max(recoveryPoint, last)
  }

  /// Removes the indexes of segments that were being deleted when the server was killed: of a
  /// segment's files the log goes first. Where that cannot be they do no harm.
  private func removeLeftovers(before start: Offset) throws(SystemError) {
    for base in Set(try indexBases()) where base < start {
      for path in LogSegment.paths(of: base, in: directory) { try? files.removeFile(path) }
    }
  }

  /// The first offsets that index files are named for, each once a file.
  private func indexBases() throws(SystemError) -> [Offset] {
    try files.list(directory).compactMap { name in
      [".index", ".timeindex", ".tags"].first(where: name.hasSuffix).flatMap { suffix in
        LogLoader.baseOffset(name.dropLast(suffix.count))
      }
    }
  }

  /// The log when not one of its segments is there, although something was synced: all of that is
  /// missing, and its offsets are not given out again.
  private func makeLost() throws(SystemError) -> PartitionLog {
    let base = min(try indexBases().min() ?? .zero, recoveryPoint)
    let segment = try LogSegment.create(
      at: base, in: directory, openFiles, now: clock.wallMilliseconds())
    segment.batches.appendDamage(at: 0, position: 0, bytes: 0)
    try segment.indexes.save()
    metrics.damagedRanges.increment()
    let last = recoveryPoint.value - 1
    report("no segment is in \(directory): the records of offsets \(base) to \(last) are missing")
    return PartitionLog(
      name: name, directory: directory, openFiles: openFiles, writer: writer, metrics: metrics,
      segments: [segment], end: recoveryPoint, checkpoint: recoveryPoint, settings: settings,
      producers: try producers([segment], end: recoveryPoint), report: report)
  }

  private func producers(
    _ segments: [LogSegment], end: Offset
  ) throws(SystemError) -> ProducerTable {
    let loader = ProducerLoader(
      directory: directory, files: files, limits: producerLimits, now: clock.wallMilliseconds(),
      report: report)
    return try loader.load(segments, end: end)
  }

  private func makeNew() throws(SystemError) -> PartitionLog {
    let segment = try LogSegment.create(
      at: .zero, in: directory, openFiles, now: clock.wallMilliseconds())
    return PartitionLog(
      name: name, directory: directory, openFiles: openFiles, writer: writer, metrics: metrics,
      segments: [segment], end: .zero, checkpoint: .zero, settings: settings,
      producers: ProducerTable(limits: producerLimits), report: report)
  }

  /// The first offsets of the segments in a log's directory, sorted.
  static func segmentBases(
    in directory: String, _ files: any FileSystem
  ) throws(SystemError) -> [Offset] {
    var bases: [Offset] = []
    for file in try files.list(directory) where file.hasSuffix(".log") {
      if let base = baseOffset(file.dropLast(4)) { bases.append(base) }
    }
    return bases.sorted()
  }

  /// The offset that a segment's files are named for.
  private static func baseOffset(_ stem: Substring) -> Offset? {
    guard stem.count == 20, let value = Int64(stem), value >= 0 else { return nil }
    return Offset(value)
  }

  private func tell(_ outcome: SegmentLoader.Outcome) throws(SystemError) {
    let path = outcome.segment.log.path
    if outcome.rebuilt {
      metrics.rebuiltIndexes.increment()
      report("rebuilt the indexes of \(path)")
    }
    if outcome.cutBytes > 0 {
      metrics.recoveryTruncations.increment()
      metrics.recoveryTruncatedBytes.add(outcome.cutBytes)
      report("cut \(outcome.cutBytes) torn bytes off \(path), \(outcome.cutReason)")
    }
    if let failure = outcome.segment.failure {
      metrics.damagedRanges.increment()
      let base = outcome.segment.baseOffset
      report("the records from offset \(base) on cannot be served: \(failure)")
    }
    for entry in try outcome.segment.batches.damage() {
      metrics.damagedRanges.increment()
      report(
        entry.size == 0
          ? "\(path): records that were stored from position \(entry.position) on are missing"
          : "\(path) is damaged at position \(entry.position), \(entry.size) bytes")
    }
  }
}
