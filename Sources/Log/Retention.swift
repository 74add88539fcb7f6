import Platform

/// Deletes a log's oldest segments, whole: by age, by size, or before an offset.
public struct Retention {
  private let log: PartitionLog
  private let writer: LogWriter
  private let metrics: LogMetrics

  /// Retention for one log. Waits for the writer and the disk: not for an event loop.
  public init(_ log: PartitionLog, writer: LogWriter, metrics: LogMetrics) {
    self.log = log
    self.writer = writer
    self.metrics = metrics
  }

  /// Applies the topic's limits to what lies before an offset, or to all there is. `now` is in
  /// milliseconds since 1970.
  public func enforce(now: Int64, before limit: Offset? = nil) throws(LogError) {
    let settings = log.settings
    if let keep = settings.retentionMilliseconds {
      let oldest = now - keep
      let segments = try log.openSegments()
      if let last = segments.last, last.bytes > 0, last.ageMilliseconds < oldest {
        try writer.roll(log)
      }
      try delete(nextAtMost: limit) { segment, _ in segment.ageMilliseconds < oldest }
    }
    if let keep = settings.retentionBytes {
      try delete(nextAtMost: limit) { segment, bytes in bytes - Int64(segment.bytes) >= keep }
    }
  }

  /// Deletes the segments all of whose records lie before `offset`.
  ///
  /// - Throws: `offsetPastEnd` if there is no such offset yet.
  /// - Returns: the log's start after that.
  public func truncate(before offset: Offset) throws(LogError) -> Offset {
    let end = log.frontiers.committed
    guard offset <= end else { throw .offsetPastEnd(highWatermark: end) }
    if offset == log.frontiers.written, offset > log.frontiers.logStart { try writer.roll(log) }
    try delete(nextAtMost: offset) { _, _ in true }
    return log.frontiers.logStart
  }

  /// Deletes from the oldest on while `mayGo` agrees; it is told the bytes of the log as they then
  /// stand.
  private func delete(
    nextAtMost limit: Offset? = nil, while mayGo: (LogSegment, Int64) -> Bool
  ) throws(LogError) {
    let limit = limit ?? log.frontiers.committed
    var gone: [LogSegment] = log.state.withLock { state in
      var bytes = Int64(state.segments.reduce(0) { $0 + $1.bytes })
      var count = 0
      while count + 1 < state.segments.count, state.segments[count + 1].baseOffset <= limit,
        mayGo(state.segments[count], bytes)
      {
        bytes -= Int64(state.segments[count].bytes)
        count += 1
      }
      guard count > 0 else { return [] }
      let gone = Array(state.segments.prefix(count).reversed())
      state.segments.removeFirst(count)
      log.frontiers.advanceLogStart(to: state.segments[0].baseOffset)
      return gone
    }
    // Each is let go at once: its file stays open no longer than somebody reads it.
    while let segment = gone.popLast() {
      metrics.deletedBytes.add(segment.bytes)
      log.count(bytes: -segment.bytes)
      // Nobody finds the segment any more, but who has found it goes on reading. Where there is no
      // descriptor for that, deleting does not wait.
      try? segment.log.keepOpen()
      do {
        for path in segment.paths { try log.openFiles.system.removeFile(path) }
      } catch {
        throw .offline(reason: error.description)
      }
    }
  }
}
