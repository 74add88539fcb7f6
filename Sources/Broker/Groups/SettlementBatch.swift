import Log

/// What the receipts of one request add up to.
struct SettlementBatch {
  private let settlement: Settlement
  private let config: GroupConfig
  private let now: Int64
  private let random: Double
  private(set) var changes: [(partition: GroupPartition, [ProgressChange])] = []
  /// True if some topic keeps its messages on disk.
  private(set) var isDurable = false
  /// True if messages may be delivered again at once.
  private(set) var freesMessages = false

  init(_ settlement: Settlement, config: GroupConfig, now: Int64, random: Double) {
    self.settlement = settlement
    self.config = config
    self.now = now
    self.random = random
  }

  /// Adds what a receipt asks for; false, and nothing is added, if it does not count.
  mutating func add(_ receipt: Receipt?, _ state: GroupState) -> Bool {
    guard let receipt else { return false }
    var standings: [(GroupPartition, ReceiptItem, Progress.Standing)] = []
    for item in receipt.items {
      guard let partition = state.byID[item.id] else { return false }
      let standing = partition.progress.standing(
        item.range, attempt: item.attempt, epoch: item.epoch)
      if standing == .stale { return false }
      // What a transaction is about to ack nobody else gives back.
      if settlement != .ack, state.isClaimed(item) { return false }
      // Only an ack may come twice.
      if standing == .done, settlement != .ack { return false }
      standings.append((partition, item, standing))
    }
    for (partition, item, _) in standings { add(item, of: partition) }
    return true
  }

  private mutating func add(_ item: ReceiptItem, of partition: GroupPartition) {
    if partition.log.settings.durability == .disk { isDurable = true }
    if settlement == .ack {
      var count = 0
      partition.progress.runs.forEach(in: item.range) { run in
        count += Int(run.count)
        return true
      }
      partition.counts.acked += count
      return append(.done(item.range), of: partition)
    }
    var runs: [DeliveryRun] = []
    partition.progress.runs.forEach(in: item.range) { run in
      runs.append(run)
      return true
    }
    for run in runs { append(.run(settled(run, of: partition)), of: partition) }
  }

  private mutating func settled(_ run: DeliveryRun, of partition: GroupPartition) -> DeliveryRun {
    var run = run
    switch settlement {
    case .ack: break
    case .extend(let lease):
      run.condition = .leased
      run.due = now + lease
    case .nack(let delay):
      partition.counts.nacked += Int(run.count)
      if Int(run.attempt) >= config.maxAttempts {
        bury(&run)
      } else {
        run.condition = .waiting
        run.due =
          now + (delay ?? config.backoff(afterAttempt: Int(run.attempt), random: random))
        if run.due <= now { freesMessages = true }
      }
    case .bury:
      partition.counts.nacked += Int(run.count)
      bury(&run)
    }
    return run
  }

  private func bury(_ run: inout DeliveryRun) {
    run.condition = .dying
    run.due = -1
  }

  /// Neighbouring acks become one change.
  private mutating func append(_ change: ProgressChange, of partition: GroupPartition) {
    guard let last = changes.indices.last, changes[last].partition === partition else {
      return changes.append((partition, [change]))
    }
    if case .done(let range) = change, case .done(let before) = changes[last].1.last,
      before.upperBound == range.lowerBound
    {
      changes[last].1[changes[last].1.count - 1] = .done(before.lowerBound..<range.upperBound)
    } else {
      changes[last].1.append(change)
    }
  }
}
