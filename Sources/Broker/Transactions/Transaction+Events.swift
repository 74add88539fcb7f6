extension Transaction {
  /// Writes the events that it takes to make it as it is.
  func write(to events: TransactionEventWriter) {
    events.write(.prepared(TransactionPreparation(of: self)))
    let number = id.number
    if checks > 0 { events.write(.checked(number: number, checks: checks, next: nextCheck)) }
    let fates = lanes.map(\.fate)
    switch state {
    case .prepared: break
    case .committing: events.write(.committed(number: number, at: decidedAt, fates: fates))
    case .committed:
      events.write(.committed(number: number, at: decidedAt, fates: fates))
      events.write(.done(number: number, fates: fates))
    case .rolledBack:
      events.write(.rolledBack(number: number, at: decidedAt, rollbackCause ?? .client))
    }
  }
}
