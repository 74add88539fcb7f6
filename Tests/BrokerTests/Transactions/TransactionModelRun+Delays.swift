@testable import Broker

/// Records of transactions that are delivered later.
extension TransactionModelRun {
  /// Records for some partitions of a topic, due after the commit, at a time, or both at once.
  mutating func delayedLane(_ topic: String) -> TransactionModel.Lane {
    let count = 1 + random.below(4)
    let deliveries = (0..<count).map { _ in
      (partition: random.below(TransactionModelRun.partitions[topic]!), time: anyTime())
    }
    return TransactionModel.Lane(
      place: Place(topic: topic, partition: 0),
      values: (0..<count).map { "\(made)-\(topic)-later-\($0)" }, deliveries: deliveries)
  }

  private mutating func anyTime() -> DeliveryTime {
    let units: [Int64] = [1, 50, 1000, 1000, 10_000, 60_000, 86_400_000]
    let delay = units.randomElement(using: &random)! * Int64(1 + random.below(9))
    return random.oneIn(2) ? .after(delay) : .at(world.now + delay)
  }

  /// Takes something back that waits, or that does not any more.
  mutating func cancel() throws {
    deliver()
    if random.oneIn(4), let key = model.past.randomElement(using: &random) {
      do {
        try world.cancel(key)
      } catch BrokerError.scheduledNotFound { return }
      throw Difference("\(key.id) was taken back although it is past")
    }
    guard let record = model.waiting.randomElement(using: &random) else { return }
    do {
      try world.cancel(record.key)
    } catch BrokerError.inDelivery {
      guard record.key.due <= world.now + DelayRounds.lookAheadMilliseconds else {
        throw Difference("\(record.key.id) is not being delivered at \(world.now)")
      }
      return
    }
    model.waiting.removeAll { $0.key == record.key }
    model.past.append(record.key)
    count("taken back")
  }

  /// What is due by now was delivered before anything else comes, be it due earlier.
  mutating func deliver() {
    let delivered = model.deliver(now: world.now)
    if delivered > 0 { count("delivered later", delivered) }
  }

  /// A transaction is done.
  mutating func conclude(_ real: Transaction, _ stands: (Place) -> Bool) {
    deliver()
    model.conclude(real, stands: stands)
  }

  /// A transaction that could not be stored before is done.
  mutating func conclude(_ number: Int64, _ stands: (Place) -> Bool) throws {
    conclude(try world.transactions.transaction(model.entries[number]!.id), stands)
  }

  /// What stands in the logs is what was committed, in order, and what fell due, in order.
  mutating func compareLogs(all: Bool) throws {
    try world.settle()
    deliver()
    for place in TransactionModelRun.places where stands(place) {
      let log = try world.partition(place.topic, place.partition)
      let end = log.offsets.highWatermark.value
      let from = all ? log.offsets.logStart.value : max(log.offsets.logStart.value, end - 50)
      let values = try world.values(place.topic, place.partition, from: from)
      let committed = model.logs[place] ?? []
      let delivered = model.delivered[place] ?? []
      let later = values.filter { $0.contains("later") }
      let atOnce = values.filter { !$0.contains("later") }
      guard end == committed.count + delivered.count, later == delivered.suffix(later.count),
        atOnce == committed.suffix(atOnce.count)
      else {
        throw Difference(
          "\(place) ends at \(end), not \(committed.count + delivered.count): "
            + "\(values.suffix(8)), not \(committed.suffix(8)) and \(delivered.suffix(8))")
      }
    }
  }

  /// What waits is what was committed and is not due, and nothing that is undecided.
  func compareWaiting() throws {
    let real = try world.waiting()
    let expected = model.waiting.sorted { $0.key < $1.key }
    guard real.map(\.key) == expected.map(\.key),
      real.map({ Place(topic: $0.topic, partition: $0.partition) }) == expected.map(\.place),
      real.map(value) == expected.map(\.value)
    else {
      throw Difference("\(real.map(\.key.id)) wait, not \(expected.map(\.key.id))")
    }
  }

  private func value(_ record: DelayedRecord) -> String {
    record.withRecord { found in
      String(decoding: found?.value ?? .init(start: nil, count: 0), as: UTF8.self)
    }
  }
}
