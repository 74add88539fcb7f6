import Log
import Platform
import Synchronization

/// The one record of truth of all groups: their events, in the order in which they took effect.
///
/// Events of a group are appended while its lock is held, so that they stand in the journal as they
/// stand in memory.
final class GroupJournal: Sendable {
  /// So many events, or so many bytes of them beside half the last snapshot's, and it is time for
  /// another: a restart reads the snapshot and what came after it, within a second.
  private static let eventsBeforeSnapshot = 200_000
  private static let bytesBeforeSnapshot = 16 << 20
  /// So many bytes of events for which nobody waits are kept together at most.
  private static let notedBytesMax = 64 << 10

  let journal: Journal
  /// Begins to write what was appended.
  let wakeWriter: @Sendable () -> Void
  private let clock: any Clock
  private let direct = DirectSink()
  /// Events since the last snapshot, and their bytes.
  private let events = Atomic(0)
  private let bytes = Atomic(0)
  private let snapshotBytes = Atomic(0)
  private let state = Lock(State())

  /// An event that waits for a snapshot.
  private struct Waiting {
    let event: ByteBuffer
    let acknowledgement: AppendRequest.Acknowledgement
    let sink: any JobSink
    let completion: @Sendable (Result<Void, BrokerError>) -> Void
  }

  /// Under the journal's lock, which comes behind those of the groups.
  private struct State: @unchecked Sendable {
    /// True while a snapshot is written because an event could not be: what comes meanwhile waits.
    /// Whoever has appended something waits, too, so that it is never much.
    var isMending = false
    var waiting: [Waiting] = []
    /// Events for which nobody waits, which go with the next one.
    var noted = ByteBuffer()
  }

  init(_ journal: Journal, clock: any Clock, wakeWriter: @escaping @Sendable () -> Void) {
    self.journal = journal
    self.wakeWriter = wakeWriter
    self.clock = clock
    // What comes behind a missing event must not be read back without it: messages whose delivery
    // is missing would count as done. So nothing more is written until a snapshot holds everything.
    journal.stopAtFailure()
  }

  /// Appends an event for which nobody waits: it is written together with the next one somebody
  /// waits for, or at the scheduler's next tick. A lease that is lost with the process is delivered
  /// again.
  func note(_ event: ByteBuffer) {
    count(event.count)
    let isMuch = state.withLock { state in
      state.noted.append(event.bytes)
      return state.noted.count >= GroupJournal.notedBytesMax
    }
    if isMuch { handOverNotes() }
  }

  /// Has the events written for which nobody waits.
  func handOverNotes() {
    state.withLock { state in
      if state.noted.isEmpty { return }
      put(ByteBuffer(), .written, sink: direct, { _ in }, &state)
    }
  }

  /// Appends an event; `completion` runs on `sink`.
  func append(
    _ event: ByteBuffer, _ acknowledgement: AppendRequest.Acknowledgement, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) {
    count(event.count)
    state.withLock { put(event, acknowledgement, sink: sink, completion, &$0) }
  }

  /// Puts an event behind what was noted: they are handed over under the lock, so that whatever one
  /// thread has noted stands before what another one appends after that.
  private func put(
    _ event: ByteBuffer, _ acknowledgement: AppendRequest.Acknowledgement, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void, _ state: inout State
  ) {
    let hasNoted = !state.noted.isEmpty
    if hasNoted { state.noted.append(event.bytes) }
    let waiting = Waiting(
      event: hasNoted ? state.noted : event, acknowledgement: acknowledgement, sink: sink,
      completion: completion)
    if state.isMending {
      state.waiting.append(waiting)
      state.noted = ByteBuffer()
    } else {
      handOver(waiting)
      state.noted.removeAll()
    }
  }

  private func handOver(_ waiting: Waiting) {
    let completion = waiting.completion
    journal.append(
      waiting.event, timestamp: clock.wallMilliseconds(),
      acknowledgement: waiting.acknowledgement, sink: waiting.sink
    ) { outcome in completion(outcome.map { _ in }.mapError { .log($0) }) }
  }

  /// Reads back the last snapshot and what came after it; that counts for the next snapshot, too,
  /// or servers that never live long would leave more and more to read. Waits for the disk.
  func replay(_ apply: (UnsafeRawBufferPointer) -> Void) throws(LogError) {
    try journal.replay(
      snapshot: { content in
        snapshotBytes.store(content.count, ordering: .relaxed)
        apply(content)
      },
      event: { event in
        count(event.count)
        apply(event)
      })
  }

  /// Waits for an event's outcome. For threads that may wait for the disk.
  func wait(for written: Mailbox<Result<Void, BrokerError>>) throws(LogError) {
    wakeWriter()
    var outcome: [Result<Void, BrokerError>] = []
    _ = written.take(into: &outcome, until: nil)
    if case .failure(.log(let error)) = outcome[0] { throw error }
  }

  /// Waits until all events so far are on the disk; false if they cannot be written. For threads
  /// that may wait for the disk.
  func waitForAll() -> Bool {
    let written = Mailbox<Result<Void, BrokerError>>()
    append(ByteBuffer(), .committed, sink: direct) { written.post($0) }
    do throws(LogError) {
      try wait(for: written)
      return true
    } catch {
      return false
    }
  }

  /// Writes a snapshot if there were many events since the last one, or one was lost. For one
  /// thread; waits for the disk.
  func snapshotWhenDue(_ fill: (ByteBuffer) -> Void) throws(LogError) {
    let bytesMax =
      GroupJournal.bytesBeforeSnapshot + snapshotBytes.load(ordering: .relaxed) / 2
    guard
      journal.isStopped
        || events.load(ordering: .relaxed) >= GroupJournal.eventsBeforeSnapshot
        || bytes.load(ordering: .relaxed) >= bytesMax
    else { return }
    try snapshot(fill)
  }

  /// Writes a snapshot. For one thread; waits for the disk.
  func snapshot(_ fill: (ByteBuffer) -> Void) throws(LogError) {
    events.store(0, ordering: .relaxed)
    bytes.store(0, ordering: .relaxed)
    let isMending = journal.isStopped
    if isMending { state.withLock { $0.isMending = true } }
    defer { if isMending { endMending() } }
    // A journal that has stopped grows no more: the snapshot stands for all of it.
    if isMending { try journal.commit() }
    // What is appended from here on is in the snapshot or behind it, or both, which does no harm.
    let through = journal.committed
    let content = ByteBuffer(capacity: 64 << 10)
    fill(content)
    // What the snapshot holds, events before that are read back on top of it must not undo: those
    // that came between them are on the disk when it takes its place.
    if !isMending {
      handOverNotes()
      try journal.commit()
      // One of them was lost: the next snapshot mends that.
      if journal.isStopped { return }
    }
    snapshotBytes.store(content.count, ordering: .relaxed)
    try journal.writeSnapshot(content, through: through)
    if isMending { journal.mend() }
  }

  /// Writes what waited, in its order; or has it refused, if the journal could not be mended.
  private func endMending() {
    state.withLock { state in
      for event in state.waiting { handOver(event) }
      state.waiting = []
      state.isMending = false
    }
    wakeWriter()
  }

  private func count(_ eventBytes: Int) {
    events.add(1, ordering: .relaxed)
    bytes.add(eventBytes, ordering: .relaxed)
  }
}
