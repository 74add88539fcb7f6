import Log
import Platform

extension Transactions {
  /// Tries again to finish what a full disk has stopped, if it is time. For the scheduler's thread:
  /// waits for the disk.
  func finishStuck(now: Int64, report: (String) -> Void) {
    let isDue = state.withLock { state in
      guard !state.stuck.isEmpty || !state.unnoted.isEmpty, !state.stuckRest.lasts(now) else {
        return false
      }
      state.stuckRest.begin(now)
      noteAgain(&state)
      return true
    }
    guard isDue else { return }
    journal.wakeWriter()
    finishCommitted(report: report)
  }

  /// Finishes all transactions that are committed and not done, in the order of their commits: acks
  /// what they ack, finds out what of them stands in the logs, appends the rest. What cannot be
  /// finished stays to be tried again. Waits for the disk.
  func finishCommitted(report: (String) -> Void) {
    let open = state.withLock { state in
      state.stuck.compactMap { state.byNumber[$0] }.sorted { $0.commitOrder < $1.commitOrder }
    }
    guard !open.isEmpty else { return }
    var search = LaneSearch(open)
    for transaction in open {
      let number = transaction.id.number
      var failure: LogError?
      do throws(LogError) {
        let left = try finish(transaction, &search)
        // Not to be tried again while it is on its way.
        state.withLock { state in
          state.stuck.remove(number)
          state.storing.insert(number)
        }
        failure = schedule(left, of: transaction)
      } catch {
        failure = error
        stored(number, error)
      }
      if let failure {
        report("transaction \(transaction.id) is committed and waits to be stored: \(failure)")
      }
    }
    journal.wakeWriter()
  }

  /// Hands over records that are delivered later, all that is missing of a transaction, and
  /// concludes it. They may lie in their journal for as long as there is no room to sort them in:
  /// that is not waited for.
  ///
  /// - Returns: why they could not be handed over, if that is known.
  private func schedule(_ lanes: [Int], of transaction: Transaction) -> LogError? {
    let answer = Mailbox<LogError?>()
    let gathering = Gathering(lanes.count) { [self] failure in
      stored(transaction.id.number, failure)
      answer.post(failure)
    }
    for index in lanes {
      let content = LaneContent(
        transaction.lanes[index], committedAt: transaction.decidedAt)
      handOver(content, of: transaction, lane: index) { gathering.arrive($0) }
    }
    journal.wakeWriter()
    // The kernel's waits know its own clock only.
    let limit = SystemClock().monotonicTime()
      .advanced(byMilliseconds: Int(Rest.milliseconds))
    var outcomes: [LogError?] = []
    _ = answer.take(into: &outcomes, until: limit)
    return outcomes.first ?? nil
  }

  /// Does what of a commit can be done while somebody waits.
  ///
  /// - Returns: the lanes of records that are delivered later and are still to be handed over.
  private func finish(
    _ transaction: Transaction, _ search: inout LaneSearch
  ) throws(LogError) -> [Int] {
    // First of all, and whatever fails then: what stands may be deleted before the next try, which
    // would not find it any more.
    var fates = try find(transaction, &search)
    for part in transaction.acks {
      guard let group = try? groups.group(part.group) else { continue }
      let settled = Mailbox<Result<Void, BrokerError>>()
      group.settleClaimed(part.items) { settled.post($0) }
      try groups.journal.wait(for: settled)
    }
    var missing: [(lane: Int, log: any RecordLog)] = []
    var later: [Int] = []
    for (index, lane) in transaction.lanes.enumerated() {
      guard case .pending = fates[index] else { continue }
      if lane.isDelayed {
        later.append(index)
      } else if let log = log(of: lane) {
        // A log that has lost its end with the machine's power gives its offsets anew.
        fates[index] = .pending(from: log.offsets.logEnd)
        missing.append((index, log))
      } else {
        fates[index] = .dropped
      }
    }
    if !missing.isEmpty {
      try journal.appendWaiting([
        .committed(number: transaction.id.number, at: transaction.decidedAt, fates: fates)
      ])
    }
    note(fates, of: transaction)
    for (index, log) in missing {
      fates[index] = .stored(try append(transaction.lanes[index], to: log))
      note(fates, of: transaction)
    }
    return later
  }

  /// Finds out what of a transaction stands where it belongs, or went with its topic, and notes it.
  ///
  /// - Returns: its lanes' fates; what is pending is missing.
  private func find(
    _ transaction: Transaction, _ search: inout LaneSearch
  ) throws(LogError) -> [LaneFate] {
    var fates = transaction.lanes.map(\.fate)
    defer { note(fates, of: transaction) }
    for (index, lane) in transaction.lanes.enumerated() where lane.isPending {
      if let partition = lane.partition {
        guard let log = log(of: lane) else {
          fates[index] = .dropped
          continue
        }
        if let offset = try search.offset(of: transaction, lane.topic, partition, in: log) {
          fates[index] = .stored(offset)
        }
      } else {
        fates[index] = scheduledFate(of: transaction, lane)
      }
    }
    return fates
  }

  /// What became of records that are delivered later: still pending if they are to be handed over.
  private func scheduledFate(of transaction: Transaction, _ lane: TransactionLane) -> LaneFate {
    if let first = delays.first(of: transaction.id.number, topic: lane.topic) {
      let records = DelayedRecords(
        kept: lane.content, count: lane.count, committedAt: transaction.decidedAt)
      return .scheduled(first: first, dues: records?.distinctDues ?? [])
    }
    return findTopic(lane.topic) == nil ? .dropped : lane.fate
  }

  private func note(_ fates: [LaneFate], of transaction: Transaction) {
    state.withLock { state in
      state.change(transaction.id.number) { found in
        for index in fates.indices { found.lanes[index].fate = fates[index] }
      }
    }
  }

  private func append(_ lane: TransactionLane, to log: any RecordLog) throws(LogError) -> Offset {
    let batches = try FramedBatches.restored(from: lane.content)
    let answer = Mailbox<Result<AppendRequest.Stored, LogError>>()
    log.append(batches, acknowledgement: .committed, sink: DirectSink()) { answer.post($0) }
    journal.wakeWriter()
    var outcome: [Result<AppendRequest.Stored, LogError>] = []
    _ = answer.take(into: &outcome, until: nil)
    return try outcome[0].get().baseOffset
  }
}
