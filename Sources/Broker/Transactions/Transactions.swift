import Log
import Platform
import Synchronization

/// All transactions: half messages that wait for a decision, and what became of them.
///
/// Its lock stands by itself: inside it only memory is touched and events are appended; groups and
/// topics are asked outside.
public final class Transactions: Sendable {
  /// How many it takes on, and how long it waits.
  public let limits: TransactionLimits
  let journal: TransactionJournal
  let state: Lock<TransactionsState>
  let groups: Groups
  let delays: Delays
  let findTopic: @Sendable (String) -> Topic?
  private let lastNumber: Atomic<Int64>

  /// Reads the journal back. Waits for the disk. `finishCommitted` must follow before anybody is
  /// served.
  init(
    journal: TransactionJournal, limits: TransactionLimits, groups: Groups, delays: Delays,
    findTopic: @escaping @Sendable (String) -> Topic?
  ) throws(LogError) {
    self.journal = journal
    self.limits = limits
    self.groups = groups
    self.delays = delays
    self.findTopic = findTopic
    var replay = TransactionReplay()
    try journal.replay { replay.apply($0) }
    lastNumber = Atomic(replay.lastNumber)
    var state = TransactionsState(commits: replay.commits)
    let found = replay.transactions.values.sorted {
      ($0.decidedAt, $0.id.number) < ($1.decidedAt, $1.id.number)
    }
    for transaction in found { state.insert(transaction, checksMax: limits.checksMax) }
    delays.keep(onlyTransactions: state.stuck)
    self.state = Lock(state)
  }

  /// A transaction to be put together, with a name that no other has.
  public func makeDraft(
    producerGroup: String, checkAfterMilliseconds: Int64?, now: Int64, sink: any JobSink
  ) -> TransactionDraft {
    let number = lastNumber.add(1, ordering: .relaxed).newValue
    return TransactionDraft(
      id: TransactionID(number: number, secret: UInt64.random(in: 0...(.max))),
      producerGroup: producerGroup,
      checkAfterMilliseconds: checkAfterMilliseconds ?? limits.checkAfterMilliseconds,
      timestamp: now, limits: delays.limits, sink: sink)
  }

  /// Stores a transaction, seen by nobody; `completion` runs on `sink` once it is as durable as the
  /// most demanding of its topics promises.
  ///
  /// Receipts must have been looked at (`Group.holds`).
  public func prepare(
    _ draft: TransactionDraft, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Transaction, BrokerError>) -> Void
  ) {
    var transaction = draft.finish()
    transaction.isUnborn = true
    let number = transaction.id.number
    let wait = TransactionWait(wantsCommit: false, sink: sink, completion: completion)
    let gathering = Gathering(1 + transaction.acks.count) { [self] failure in
      prepared(number, failure, wait)
    }
    let delayed = transaction.delayedRecords
    if delayed > 0, !delays.hasRoom(for: delayed) {
      return wait.answer(.failure(.tooManyScheduled(max: delays.limits.scheduledMax)))
    }
    let refusal: BrokerError? = state.withLock { state in
      if let refusal = self.refusal(transaction, state) { return refusal }
      state.insert(transaction, checksMax: limits.checksMax)
      return nil
    }
    if let refusal { return wait.answer(.failure(refusal)) }
    // Outside the lock, for it may be large: nobody knows its name yet, and a snapshot has it.
    journal.append(
      .prepared(TransactionPreparation(of: transaction)),
      draft.isDurable ? .committed : .written
    ) { gathering.arrive($0) }
    for acks in transaction.acks {
      if let group = try? groups.group(acks.group) {
        group.keep(acks.items) { gathering.arrive($0) }
      } else {
        gathering.arrive(.success(()))
      }
    }
  }

  private func refusal(_ transaction: Transaction, _ state: TransactionsState) -> BrokerError? {
    let bytes = transaction.bytes
    if bytes > limits.undecidedBytesMax {
      return .transactionTooLarge(bytes: bytes, limitBytes: limits.undecidedBytesMax)
    }
    if state.undecided.count >= limits.undecidedMax {
      return .tooManyTransactions(max: limits.undecidedMax)
    }
    if state.bytes + bytes > limits.undecidedBytesMax {
      return .tooManyTransactionBytes(max: limits.undecidedBytesMax)
    }
    return nil
  }

  private func prepared(_ number: Int64, _ failure: LogError?, _ wait: TransactionWait) {
    let result: Result<Transaction, BrokerError> = state.withLock { state in
      if let failure {
        // The client was told that there is none; its event may be on the disk all the same.
        state.remove(number)
        journal.note(.rolledBack(number: number, at: 0, .client))
        return .failure(.log(failure))
      }
      state.change(number) { $0.isUnborn = false }
      state.counts.prepared += 1
      guard let transaction = state.byNumber[number] else { return .failure(.stopping) }
      state.schedule(transaction, checksMax: limits.checksMax)
      return .success(transaction)
    }
    wait.answer(result)
  }

  /// A transaction by its name.
  public func transaction(_ id: TransactionID) throws(BrokerError) -> Transaction {
    let found = state.withLock { $0.byNumber[id.number] }
    guard let found, found.id == id, !found.isUnborn else {
      throw .transactionNotFound(id.description)
    }
    return found
  }

  /// The records of a transaction that is undecided.
  public func records(of id: TransactionID) throws(BrokerError) -> [TransactionRecords] {
    let found = try transaction(id)
    guard found.state == .prepared else { throw .transactionDecided(found.state) }
    return found.lanes.map { TransactionRecords($0) }
  }

  /// Undecided transactions in the order in which they were made; looking so counts as no check.
  public func undecided(
    of group: String?, after: TransactionID?, limit: Int
  ) -> [Transaction] {
    state.withLock { state in
      var found: [Transaction] = []
      for number in state.undecided(after: after?.number ?? 0) {
        guard found.count < limit else { break }
        guard let transaction = state.byNumber[number], !transaction.isUnborn,
          group == nil || transaction.producerGroup == group
        else { continue }
        found.append(transaction)
      }
      return found
    }
  }

  /// How all of them stand.
  public var standing: TransactionStanding {
    state.withLock { state in
      TransactionStanding(
        undecided: state.undecided.count,
        oldestPreparedAt: state.undecided.first.flatMap { state.byNumber[$0]?.preparedAt },
        bytes: state.bytes, committing: state.stuck.count, counts: state.counts)
    }
  }

  /// Writes a snapshot if it is time. For the scheduler's thread: waits for the disk.
  func snapshotWhenDue() throws(LogError) {
    let bytes = state.withLock { $0.bytes }
    if journal.isSnapshotDue(liveBytes: bytes) { try snapshot() }
  }

  /// Writes what all events so far add up to, as events again.
  func snapshot() throws(LogError) {
    try journal.snapshot { events in
      let last = lastNumber.load(ordering: .relaxed)
      let all = state.withLock { Array($0.byNumber.values) }
      events.write(.counted(last))
      for transaction in all.sorted(by: { $0.commitOrder < $1.commitOrder }) {
        transaction.write(to: events)
      }
    }
  }
}
