import Log
import Platform

extension Transactions {
  /// Tries again to finish what a full disk has stopped, if it is time. For the scheduler's thread:
  /// waits for the disk.
  func finishStuck(now: Int64, report: (String) -> Void) {
    let isDue = state.withLock { state in
      guard !state.stuck.isEmpty || !state.unnoted.isEmpty, now >= state.stuckRestUntil else {
        return false
      }
      state.stuckRestUntil = now + Transactions.restMilliseconds
      for number in state.unnoted {
        if let done = state.byNumber[number] { noteDone(done) }
      }
      state.unnoted = []
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
      let outcome: Result<Transaction, BrokerError>
      do throws(LogError) {
        try finish(transaction, &search)
        outcome = state.withLock { state in
          state.stuck.remove(number)
          return conclude(number, &state)
        }
      } catch {
        report("transaction \(transaction.id) is committed and waits to be stored: \(error)")
        state.withLock { $0.counts.delays += 1 }
        outcome = .failure(.log(error))
      }
      let waits = state.withLock { $0.waits.removeValue(forKey: number) ?? [] }
      for wait in waits { wait.answer(outcome) }
    }
    journal.wakeWriter()
  }

  private func finish(
    _ transaction: Transaction, _ search: inout LaneSearch
  ) throws(LogError) {
    for part in transaction.acks {
      guard let group = try? groups.group(part.group) else { continue }
      let settled = Mailbox<Result<Void, BrokerError>>()
      group.settleClaimed(part.items) { settled.post($0) }
      try groups.journal.wait(for: settled)
    }
    var fates = transaction.lanes.map(\.fate)
    var missing: [(lane: Int, log: any RecordLog)] = []
    for (index, lane) in transaction.lanes.enumerated() where lane.isPending {
      guard let log = log(of: lane) else {
        fates[index] = .dropped
        continue
      }
      if let offset = try search.offset(of: transaction, lane: lane, in: log) {
        fates[index] = .stored(offset)
      } else {
        // A log that has lost its end with the machine's power gives its offsets anew.
        fates[index] = .pending(from: log.offsets.logEnd)
        missing.append((index, log))
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
  }

  private func note(_ fates: [LaneFate], of transaction: Transaction) {
    state.withLock { state in
      state.change(transaction.id.number) { found in
        for index in fates.indices { found.lanes[index].fate = fates[index] }
      }
    }
  }

  private func append(_ lane: TransactionLane, to log: any RecordLog) throws(LogError) -> Offset {
    let batches = try FramedBatches.restored(from: lane.batches)
    let answer = Mailbox<Result<AppendRequest.Stored, LogError>>()
    log.append(batches, acknowledgement: .committed, sink: DirectSink()) { answer.post($0) }
    journal.wakeWriter()
    var outcome: [Result<AppendRequest.Stored, LogError>] = []
    _ = answer.take(into: &outcome, until: nil)
    return try outcome[0].get().baseOffset
  }
}
