import Log
import Platform

extension Transactions {
  /// Those of a producer group whose check is due; each counts as checked, and is offered again
  /// only when its next check is due.
  public func takeDue(_ group: String, limit: Int, now: Int64) -> [Transaction] {
    state.withLock { state in
      var taken: [Transaction] = []
      var events: [TransactionEvent] = []
      while taken.count < limit, let due = state.takeDue(group, now: now) {
        let number = due.id.number
        state.change(number) { transaction in
          transaction.checks += 1
          transaction.nextCheck = now + limits.checkIntervalMilliseconds
        }
        guard let found = state.byNumber[number] else { continue }
        state.schedule(found, checksMax: limits.checksMax)
        state.counts.checks += 1
        taken.append(found)
        events.append(.checked(number: number, checks: found.checks, next: found.nextCheck))
      }
      if !events.isEmpty { journal.note(events) }
      return taken
    }
  }

  /// Has a waiter woken when a check of the group's falls due.
  ///
  /// - Returns: false, and nothing is kept, when one is due already: look again.
  public func hold(_ waiter: LogWaiter, for group: String, now: Int64) -> Bool {
    state.withLock { state in
      if state.hasDue(group, now: now) { return false }
      state.pollers[group, default: []].append(waiter)
      return true
    }
  }

  /// Forgets a waiter.
  public func forget(_ waiter: LogWaiter, of group: String) {
    state.withLock { state in
      state.pollers[group]?.removeAll { $0 === waiter }
      if state.pollers[group]?.isEmpty == true { state.pollers[group] = nil }
    }
  }

  /// Does what time brings: wakes those who wait for checks, rolls back what was offered often
  /// enough or is too old, forgets old outcomes. For the scheduler's thread.
  func advance(to now: Int64) {
    let (awake, ended): ([LogWaiter], [(number: Int64, cause: RollbackCause)]) =
      state.withLock { state in
        state.forgetOutcomes(
          before: now - limits.rememberedMilliseconds, beyond: limits.rememberedMax)
        return (takeReadyPollers(&state, now), takeEnded(&state, now))
      }
    for waiter in awake { waiter.wake() }
    for end in ended { beginRollback(end.number, end.cause, now: now) }
    if !ended.isEmpty { journal.wakeWriter() }
  }

  private func takeReadyPollers(_ state: inout TransactionsState, _ now: Int64) -> [LogWaiter] {
    var awake: [LogWaiter] = []
    for group in state.pollers.keys where state.hasDue(group, now: now) {
      awake += state.pollers.removeValue(forKey: group) ?? []
    }
    return awake
  }

  private func takeEnded(
    _ state: inout TransactionsState, _ now: Int64
  ) -> [(number: Int64, cause: RollbackCause)] {
    guard !state.endsRest.lasts(now) else { return [] }
    var ended: [(number: Int64, cause: RollbackCause)] = []
    while let number = state.takeEnded(now: now) {
      ended.append((number, .checks))
      state.change(number) { $0.isUnderWay = true }
    }
    for number in state.undecided {
      guard let found = state.byNumber[number],
        found.preparedAt + limits.ageMillisecondsMax <= now
      else { break }
      guard found.isOpen else { continue }
      ended.append((number, .age))
      state.change(number) { $0.isUnderWay = true }
    }
    return ended
  }
}
