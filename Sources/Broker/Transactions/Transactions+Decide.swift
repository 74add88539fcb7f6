import Log
import Platform

extension Transactions {
  /// Makes all records of a transaction seen; `completion` runs on `sink` once they are. If they
  /// cannot be stored now, the error says so, and they are stored when that is possible.
  public func commit(
    _ id: TransactionID, now: Int64, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Transaction, BrokerError>) -> Void
  ) {
    let wait = TransactionWait(wantsCommit: true, sink: sink, completion: completion)
    guard let begun = enter(id, wait) else { return }
    beginCommit(begun, now: now)
  }

  /// Gives a transaction up; `completion` runs on `sink` once that is on the disk.
  public func rollBack(
    _ id: TransactionID, now: Int64, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Transaction, BrokerError>) -> Void
  ) {
    let wait = TransactionWait(wantsCommit: false, sink: sink, completion: completion)
    guard let begun = enter(id, wait) else { return }
    beginRollback(begun.id.number, .client, now: now)
  }

  /// Has somebody wait for the end of a transaction, or answers at once where it is known.
  ///
  /// - Returns: the transaction, if the decision is now to be begun.
  private func enter(_ id: TransactionID, _ wait: TransactionWait) -> Transaction? {
    var answer: Result<Transaction, BrokerError>?
    let begun: Transaction? = state.withLock { state in
      guard let found = state.byNumber[id.number], found.id == id, !found.isUnborn else {
        answer = .failure(.transactionNotFound(id.description))
        return nil
      }
      switch found.state {
      case .committed, .rolledBack:
        answer = Transactions.answer(found, wantsCommit: wait.wantsCommit)
        return nil
      case .committing:
        if wait.wantsCommit {
          state.waits[id.number, default: []].append(wait)
        } else {
          answer = .failure(.transactionDecided(.committed))
        }
        return nil
      case .prepared:
        state.waits[id.number, default: []].append(wait)
        if found.isUnderWay { return nil }
        state.change(id.number) { $0.isUnderWay = true }
        return found
      }
    }
    if let answer { wait.answer(answer) }
    return begun
  }

  /// What somebody hears who wanted this of a transaction that is decided.
  private static func answer(
    _ transaction: Transaction, wantsCommit: Bool
  ) -> Result<Transaction, BrokerError> {
    let isCommitted = transaction.state != .rolledBack
    if isCommitted == wantsCommit { return .success(transaction) }
    if wantsCommit, transaction.rollbackCause == .receipts { return .failure(.receiptsStale) }
    return .failure(.transactionDecided(transaction.state))
  }

  // MARK: - Commit

  private func beginCommit(_ transaction: Transaction, now: Int64) {
    let number = transaction.id.number
    guard claim(transaction.acks, now: now) else {
      return beginRollback(number, .receipts, now: now)
    }
    let fates: [LaneFate] = transaction.lanes.map { lane in
      if lane.isDelayed {
        return findTopic(lane.topic) == nil ? .dropped : .pending(from: .zero)
      }
      return log(of: lane).map { .pending(from: $0.offsets.logEnd) } ?? .dropped
    }
    // Here, and not on the writer's thread: a copy and a checksum of all records.
    let contents = transaction.lanes.map { LaneContent($0, committedAt: now) }
    state.withLock { state in
      let order = state.nextCommit()
      state.change(number) { $0.commitOrder = order }
      journal.append(.committed(number: number, at: now, fates: fates)) { [self] failure in
        if let failure {
          undecided(transaction, failure, now: now)
        } else {
          committed(number, fates, contents, at: now)
        }
      }
    }
  }

  /// Claims what a transaction acks, all of it or nothing.
  private func claim(_ acks: [TransactionAcks], now: Int64) -> Bool {
    var claimed: [TransactionAcks] = []
    for part in acks {
      guard let group = try? groups.group(part.group), group.claim(part.items, now: now) else {
        release(claimed, now: now)
        return false
      }
      claimed.append(part)
    }
    return true
  }

  private func release(_ acks: [TransactionAcks], now: Int64) {
    for part in acks { (try? groups.group(part.group))?.release(part.items, now: now) }
  }

  /// The decision could not be written: nothing has happened.
  private func undecided(_ transaction: Transaction, _ failure: LogError, now: Int64) {
    release(transaction.acks, now: now)
    let waits = state.withLock { state in
      reopen(transaction.id.number, &state)
    }
    for wait in waits { wait.answer(.failure(.log(failure))) }
  }

  private func reopen(_ number: Int64, _ state: inout TransactionsState) -> [TransactionWait] {
    state.change(number) { $0.isUnderWay = false }
    if let found = state.byNumber[number] {
      state.schedule(found, checksMax: limits.checksMax)
    }
    return state.waits.removeValue(forKey: number) ?? []
  }

  /// The decision is on the disk. On the writer's thread, as everything that follows from it.
  private func committed(
    _ number: Int64, _ fates: [LaneFate], _ contents: [LaneContent], at time: Int64
  ) {
    let (found, refused): (Transaction?, [TransactionWait]) = state.withLock { state in
      state.change(number) { transaction in
        transaction.state = .committing
        transaction.isUnderWay = false
        transaction.decidedAt = time
        for index in fates.indices { transaction.lanes[index].fate = fates[index] }
      }
      state.dropUndecided(number)
      state.storing.insert(number)
      state.counts.committed += 1
      let waits = state.waits[number] ?? []
      state.waits[number] = waits.filter(\.wantsCommit)
      return (state.byNumber[number], waits.filter { !$0.wantsCommit })
    }
    for wait in refused { wait.answer(.failure(.transactionDecided(.committed))) }
    guard let found else { return }
    let pending = found.lanes.indices.filter { found.lanes[$0].isPending }
    let gathering = Gathering(pending.count + found.acks.count) { [self] failure in
      stored(number, failure)
    }
    for part in found.acks {
      if let group = try? groups.group(part.group) {
        group.settleClaimed(part.items) { gathering.arrive($0) }
      } else {
        gathering.arrive(.success(()))
      }
    }
    for index in pending {
      handOver(contents[index], of: found, lane: index) { gathering.arrive($0) }
    }
  }

  /// Hands one lane over; `completion` runs on the writer's thread or on that of delays.
  func handOver(
    _ content: LaneContent, of transaction: Transaction, lane index: Int,
    _ completion: @escaping @Sendable (LogError?) -> Void
  ) {
    let lane = transaction.lanes[index]
    let number = transaction.id.number
    let end: @Sendable (Result<LaneFate, LogError>) -> Void = { [self] outcome in
      switch outcome {
      case .success(let fate):
        state.withLock { state in state.change(number) { $0.lanes[index].fate = fate } }
        completion(nil)
      case .failure(.closed):
        completion(.unwritable(reason: "\(lane.topic) is being deleted"))
      case .failure(let error): completion(error)
      }
    }
    switch content {
    case .batches(let batches):
      guard let log = log(of: lane) else { return end(.failure(.closed)) }
      log.append(batches, acknowledgement: .committed, sink: DirectSink()) { outcome in
        end(outcome.map { .stored($0.baseOffset) })
      }
    case .delayed(let records):
      guard let topic = findTopic(lane.topic) else { return end(.failure(.closed)) }
      delays.add(
        records, to: topic, stamp: transaction.stamp, acknowledgement: .committed,
        sink: DirectSink()
      ) { outcome in
        end(
          outcome.map { .scheduled(first: $0, dues: records.distinctDues) }
            .mapError { LogError(delaying: $0) })
      }
    case .damaged:
      completion(.unreadable(reason: "the records of \(transaction.id) are damaged"))
    }
  }

  /// All parts of a commit have come back.
  func stored(_ number: Int64, _ failure: LogError?) {
    let (result, waits): (Result<Transaction, BrokerError>, [TransactionWait]) =
      state.withLock { state in
        defer { state.waits[number] = nil }
        state.storing.remove(number)
        let waits = state.waits[number] ?? []
        if let failure {
          state.stuck.insert(number)
          state.counts.delays += 1
          return (.failure(.log(failure)), waits)
        }
        return (conclude(number, &state), waits)
      }
    journal.wakeWriter()
    for wait in waits { wait.answer(result) }
  }

  /// Everything stands where it belongs: that is noted, and the content is let go. Under the lock.
  func conclude(
    _ number: Int64, _ state: inout TransactionsState
  ) -> Result<Transaction, BrokerError> {
    state.change(number) { transaction in
      transaction.state = .committed
      transaction.forgetContent()
    }
    state.remember(number)
    guard let found = state.byNumber[number] else { return .failure(.stopping) }
    for lane in found.lanes where lane.fate == .dropped {
      state.counts.droppedRecords += lane.count
    }
    noteDone(found, &state)
    return .success(found)
  }

  /// Notes that a transaction is done; should that fail, it is noted again later: what is not known
  /// to be done is looked for at the next start. Under the lock.
  private func noteDone(_ transaction: Transaction, _ locked: inout TransactionsState) {
    let number = transaction.id.number
    let event = TransactionEvent.done(number: number, fates: transaction.lanes.map(\.fate))
    // Those who deliver later may forget it once no crash can undo the note.
    let hasDelayed = transaction.delayedRecords > 0
    locked.hasUnsyncedOutcomes = true
    journal.append(event, hasDelayed ? .committed : .written) { [self] failure in
      if failure != nil {
        state.withLock { _ = $0.unnoted.insert(number) }
      } else if hasDelayed {
        delays.forget(transaction: number)
      }
    }
  }

  /// Notes once more what the journal could not be told. Under the lock.
  func noteAgain(_ locked: inout TransactionsState) {
    for number in locked.unnoted {
      if let done = locked.byNumber[number] { noteDone(done, &locked) }
    }
    locked.unnoted = []
  }

  /// Where a lane goes, if its topic still stands.
  func log(of lane: TransactionLane) -> (any RecordLog)? {
    guard let partition = lane.partition, let topic = findTopic(lane.topic) else { return nil }
    return try? topic.partition(partition)
  }

  // MARK: - Rollback

  /// Journals that a transaction is given up. It must have been entered.
  func beginRollback(_ number: Int64, _ cause: RollbackCause, now: Int64) {
    state.withLock { _ in
      journal.append(.rolledBack(number: number, at: now, cause)) { [self] failure in
        rolledBack(number, failure, cause, at: now)
      }
    }
  }

  private func rolledBack(
    _ number: Int64, _ failure: LogError?, _ cause: RollbackCause, at time: Int64
  ) {
    let (result, waits): (Result<Transaction, BrokerError>, [TransactionWait]) =
      state.withLock { state in
        if let failure {
          if cause != .client { state.endsRest.begin(time) }
          return (.failure(.log(failure)), reopen(number, &state))
        }
        state.change(number) { transaction in
          transaction.state = .rolledBack
          transaction.isUnderWay = false
          transaction.decidedAt = time
          transaction.rollbackCause = cause
          transaction.forgetContent()
        }
        state.dropUndecided(number)
        state.remember(number)
        state.counts.rolledBack[cause, default: 0] += 1
        let waits = state.waits.removeValue(forKey: number) ?? []
        guard let found = state.byNumber[number] else { return (.failure(.stopping), waits) }
        return (.success(found), waits)
      }
    for wait in waits {
      wait.answer(
        result.flatMap { Transactions.answer($0, wantsCommit: wait.wantsCommit) })
    }
  }
}
