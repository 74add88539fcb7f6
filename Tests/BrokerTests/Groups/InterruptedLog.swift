import Log
import Platform

/// A log that lets a test look around before and after each append.
final class InterruptedLog: RecordLog {
  private let log: any RecordLog
  private let before: @Sendable () -> Void
  private let after: @Sendable () -> Void

  init(
    _ log: any RecordLog, before: @escaping @Sendable () -> Void,
    after: @escaping @Sendable () -> Void
  ) {
    (self.log, self.before, self.after) = (log, before, after)
  }

  var offsets: LogOffsets { log.offsets }
  var bytes: Int { log.bytes }
  var isClosed: Bool { log.isClosed }
  var settings: LogSettings {
    get { log.settings }
    set { log.settings = newValue }
  }

  func append(
    _ batches: FramedBatches, acknowledgement: AppendRequest.Acknowledgement, sink: any JobSink,
    completion: @escaping @Sendable (Result<AppendRequest.Stored, LogError>) -> Void
  ) {
    before()
    let after = after
    log.append(batches, acknowledgement: acknowledgement, sink: sink) { outcome in
      after()
      completion(outcome)
    }
  }

  func producer(_ id: Int64, now: Int64) -> ProducerStanding { log.producer(id, now: now) }
  func read(_ request: ReadRequest) throws(LogError) -> LogSlice { try log.read(request) }
  func offset(atOrAfter timestamp: Int64) throws(LogError) -> Offset {
    try log.offset(atOrAfter: timestamp)
  }
  func hold(_ waiter: LogWaiter, at offset: Offset) -> Bool { log.hold(waiter, at: offset) }
  func forget(_ waiter: LogWaiter) { log.forget(waiter) }
  func describeSegments() throws(LogError) -> [SegmentDescription] {
    try log.describeSegments()
  }
  func segmentRegion(baseOffset: Offset) throws(LogError) -> SegmentFile? {
    try log.segmentRegion(baseOffset: baseOffset)
  }
  func truncate(before offset: Offset) throws(LogError) -> Offset {
    try log.truncate(before: offset)
  }
  func enforceRetention(now: Int64, before limit: Offset) throws(LogError) {
    try log.enforceRetention(now: now, before: limit)
  }
}
