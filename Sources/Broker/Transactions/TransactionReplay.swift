import Platform

/// What the journal's events add up to, while they are read back.
struct TransactionReplay {
  private(set) var transactions: [Int64: Transaction] = [:]
  private(set) var lastNumber: Int64 = 0
  private(set) var commits = 0

  /// Applies all events in `bytes`; stops before what it does not know.
  mutating func apply(_ bytes: UnsafeRawBufferPointer) {
    var reader = TransactionEventReader(bytes)
    while let event = try? reader.next() { apply(event) }
  }

  /// An event may come twice, in a snapshot and behind it: what is decided stays so, and what is
  /// forgotten is not made again by anything but its preparation.
  mutating func apply(_ event: TransactionEvent) {
    switch event {
    case .counted(let number): lastNumber = max(lastNumber, number)
    case .prepared(let preparation):
      let number = preparation.id.number
      lastNumber = max(lastNumber, number)
      if transactions[number] == nil { transactions[number] = preparation.transaction }
    case .checked(let number, let checks, let next):
      guard transactions[number]?.state == .prepared else { return }
      transactions[number]?.checks = checks
      transactions[number]?.nextCheck = next
    case .committed(let number, let time, let fates):
      guard var found = transactions[number], found.lanes.count == fates.count,
        found.state == .prepared || found.state == .committing
      else { return }
      if found.state == .prepared {
        commits += 1
        found.commitOrder = commits
      }
      found.state = .committing
      found.decidedAt = time
      for index in fates.indices { found.lanes[index].fate = fates[index] }
      transactions[number] = found
    case .done(let number, let fates):
      guard var found = transactions[number], found.lanes.count == fates.count,
        found.state == .committing
      else { return }
      found.state = .committed
      for index in fates.indices { found.lanes[index].fate = fates[index] }
      found.forgetContent()
      transactions[number] = found
    case .rolledBack(let number, let time, let cause):
      guard var found = transactions[number], found.state == .prepared else { return }
      found.state = .rolledBack
      found.decidedAt = time
      found.rollbackCause = cause
      found.forgetContent()
      transactions[number] = found
    }
  }
}
