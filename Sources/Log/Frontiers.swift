import Synchronization

/// How far a log has come: `logStart ≤ committed ≤ written`, asserted at every change.
///
/// The writer moves `written` and `committed`, retention moves `logStart`; anybody reads. Consumers
/// see nothing at or behind `committed`.
public final class Frontiers: Sendable {
  private let start: Atomic<Int64>
  private let durable: Atomic<Int64>
  private let end: Atomic<Int64>

  init(logStart: Offset, end: Offset) {
    precondition(logStart <= end, "a log starts before it ends")
    start = Atomic(logStart.value)
    durable = Atomic(end.value)
    self.end = Atomic(end.value)
  }

  /// The first offset that is still there.
  public var logStart: Offset { Offset(start.load(ordering: .acquiring)) }
  /// The high watermark: everything before it is as durable as the topic promises, and visible.
  public var committed: Offset { Offset(durable.load(ordering: .acquiring)) }
  /// The log end offset: the next record's.
  public var written: Offset { Offset(end.load(ordering: .acquiring)) }

  func advanceWritten(to offset: Offset) {
    precondition(offset >= written, "the log's end went back")
    end.store(offset.value, ordering: .releasing)
  }

  func advanceCommitted(to offset: Offset) {
    precondition(offset >= committed && offset <= written, "committed must lie before the end")
    durable.store(offset.value, ordering: .releasing)
  }

  func advanceLogStart(to offset: Offset) {
    precondition(offset >= logStart && offset <= committed, "the start must lie before committed")
    start.store(offset.value, ordering: .releasing)
  }
}
