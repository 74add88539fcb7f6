import Log
import Platform
import Synchronization

/// The record of truth of all transactions: their events, in the order in which they took effect.
///
/// Events are appended while the transactions' lock is held, so that they stand in the journal as
/// they stand in memory.
final class TransactionJournal: Sendable {
  /// Nobody waits for these events.
  private final class Nobody: JobSink {
    func post(_ jobs: [Job]) {}
    func post(finished: [any FinishedWork]) {}
  }

  private static let eventsBeforeSnapshot = 100_000
  private static let bytesBeforeSnapshot = 64 << 20

  let journal: Journal
  /// Begins to write what was appended.
  let wakeWriter: @Sendable () -> Void
  private let clock: any Clock
  private let nobody = Nobody()
  /// Completions run where they are posted, on the writer's thread: so the order of decisions in
  /// the journal is the order of the appends that follow from them.
  private let direct = DirectSink()
  private let events = Atomic(0)
  private let bytes = Atomic(0)

  init(_ journal: Journal, clock: any Clock, wakeWriter: @escaping @Sendable () -> Void) {
    self.journal = journal
    self.wakeWriter = wakeWriter
    self.clock = clock
  }

  /// Reads back the last snapshot and what came after it; that counts for the next snapshot, too,
  /// or servers that never live long would leave more and more to read. Waits for the disk.
  func replay(_ apply: (UnsafeRawBufferPointer) -> Void) throws(LogError) {
    try journal.replay(
      snapshot: { apply($0) },
      event: { event in
        events.add(1, ordering: .relaxed)
        bytes.add(event.count, ordering: .relaxed)
        apply(event)
      })
  }

  /// Appends an event for which nobody waits.
  func note(_ event: TransactionEvent) { note([event]) }

  /// Appends events for which nobody waits.
  func note(_ events: [TransactionEvent]) {
    journal.append(
      encoded(events), timestamp: clock.wallMilliseconds(), acknowledgement: .written, sink: nobody
    ) { _ in }
  }

  /// Appends an event; `completion` runs on the writer's thread and must not wait.
  func append(
    _ event: TransactionEvent, _ acknowledgement: AppendRequest.Acknowledgement = .committed,
    _ completion: @escaping @Sendable (LogError?) -> Void
  ) { append([event], acknowledgement, completion) }

  /// Appends events, perhaps none: then `completion` tells of those before. It runs on the writer's
  /// thread and must not wait.
  func append(
    _ events: [TransactionEvent], _ acknowledgement: AppendRequest.Acknowledgement = .committed,
    _ completion: @escaping @Sendable (LogError?) -> Void
  ) {
    journal.append(
      encoded(events), timestamp: clock.wallMilliseconds(), acknowledgement: acknowledgement,
      sink: direct
    ) { outcome in
      switch outcome {
      case .success: completion(nil)
      case .failure(let error): completion(error)
      }
    }
  }

  /// Appends events and waits until they are on the disk.
  func appendWaiting(_ events: [TransactionEvent]) throws(LogError) {
    try journal.append(encoded(events), timestamp: clock.wallMilliseconds())
  }

  /// Waits until it was told of all events so far what became of them.
  private func waitForOutcomes() throws(LogError) {
    let told = Mailbox<LogError?>()
    append([]) { told.post($0) }
    wakeWriter()
    var outcomes: [LogError?] = []
    _ = told.take(into: &outcomes, until: nil)
    if let failure = outcomes.first ?? nil { throw failure }
  }

  private func encoded(_ events: [TransactionEvent]) -> ByteBuffer {
    let writer = TransactionEventWriter(buffer: ByteBuffer())
    for event in events { writer.write(event) }
    self.events.add(events.count, ordering: .relaxed)
    bytes.add(writer.buffer.count, ordering: .relaxed)
    return writer.buffer
  }

  /// True when a snapshot would be much smaller than what it stands for.
  ///
  /// - Parameter liveBytes: about what the snapshot would hold.
  func isSnapshotDue(liveBytes: Int) -> Bool {
    events.load(ordering: .relaxed) >= TransactionJournal.eventsBeforeSnapshot
      || bytes.load(ordering: .relaxed)
        >= max(
          TransactionJournal.bytesBeforeSnapshot, 2 * liveBytes)
  }

  /// Writes a snapshot. For one thread; waits for the disk.
  func snapshot(_ fill: (TransactionEventWriter) -> Void) throws(LogError) {
    events.store(0, ordering: .relaxed)
    bytes.store(0, ordering: .relaxed)
    // What is appended from here on is in the snapshot or behind it, or both, which does no harm.
    let through = journal.committed
    // A decision takes effect only when its event is on the disk, and that was told.
    try waitForOutcomes()
    let content = ByteBuffer(capacity: 64 << 10)
    fill(TransactionEventWriter(buffer: content))
    try journal.writeSnapshot(content, through: through)
  }
}
