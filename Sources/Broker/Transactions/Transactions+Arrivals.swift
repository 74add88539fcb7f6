import Log
import Platform

extension Transactions {
  /// Waits until the journal says, on the disk, which records of committed transactions stand in
  /// their topics by now; without that a crash would have those appended again that are deleted.
  /// For the scheduler's thread.
  ///
  /// - Returns: false if the journal cannot say so now: the disk is full or broken.
  func noteArrivals() -> Bool {
    waitForStoring()
    let written = Mailbox<LogError?>()
    let isAwaited = state.withLock { state in
      let open = state.storing.union(state.stuck).compactMap { state.byNumber[$0] }
      let events = open.compactMap(Transactions.arrivals)
      guard state.hasUnsyncedOutcomes || !events.isEmpty else { return false }
      noteAgain(&state)
      state.hasUnsyncedOutcomes = false
      journal.append(events) { written.post($0) }
      return true
    }
    guard isAwaited else { return true }
    journal.wakeWriter()
    var outcomes: [LogError?] = []
    _ = written.take(into: &outcomes, until: nil)
    if outcomes[0] == nil { return true }
    state.withLock { $0.hasUnsyncedOutcomes = true }
    return false
  }

  /// Waits until what is on its way at the moment has arrived, but not for long.
  private func waitForStoring() {
    let arrived = Mailbox<Bool>()
    var count = state.withLock { state in
      for number in state.storing {
        state.waits[number, default: []].append(
          TransactionWait(wantsCommit: true, sink: DirectSink()) { _ in arrived.post(true) })
      }
      return state.storing.count
    }
    // The kernel's waits know its own clock only.
    let limit = SystemClock().monotonicTime()
      .advanced(byMilliseconds: Int(Rest.milliseconds))
    var answers: [Bool] = []
    while count > 0 {
      _ = arrived.take(into: &answers, until: limit)
      if answers.isEmpty { return }
      count -= answers.count
    }
  }

  /// What has arrived of a transaction that is not done, if anything has.
  private static func arrivals(of transaction: Transaction) -> TransactionEvent? {
    let fates = transaction.lanes.map(\.fate)
    let hasArrived = fates.contains { fate in
      if case .stored = fate { true } else { false }
    }
    guard hasArrived else { return nil }
    return .committed(number: transaction.id.number, at: transaction.decidedAt, fates: fates)
  }
}
