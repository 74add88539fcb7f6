import Log
import Support

@testable import Broker

/// A random walk of real delays beside a plain list. Each step throws where they differ.
struct DelayModelRun {
  struct Difference: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private struct Waiting: Equatable {
    let key: DelayKey
    let topic: String
    let partition: Int
    let value: String
  }

  private struct Place: Hashable {
    let topic: String
    let partition: Int
  }

  private static let topics = ["orders": 2, "mail": 1]

  private var random: SeededGenerator
  private var world: DelayWorld
  private var waiting: [Waiting] = []
  private var delivered: [Place: [String]] = [:]
  private var past: [DelayKey] = []
  private var serial = 0
  private(set) var counts: [String: Int] = [:]
  /// What was done lately, for whoever has to find out why.
  private(set) var trace: [String] = []

  /// - Parameter crowdedEntries: so few that buckets are split again and again.
  init(seed: UInt64, crowdedEntries: Int) throws {
    random = SeededGenerator(seed)
    world = try DelayWorld(crowdedEntries: crowdedEntries)
    for (name, partitions) in DelayModelRun.topics { try world.make(name, partitions: partitions) }
  }

  /// Does something at random.
  mutating func step() throws {
    switch random.below(1000) {
    case 0..<450: try add()
    case 450..<650: try pass()
    case 650..<800: try cancel()
    case 800..<810: try dropTopic()
    case 810..<830: try reopen(isKilled: true)
    case 830..<840: try reopen(isKilled: false)
    case 840..<900: try compareOne()
    default: try compare()
    }
  }

  // MARK: - Steps

  private mutating func add() throws {
    let name = random.oneIn(3) ? "mail" : "orders"
    let values = (0...random.below(random.oneIn(10) ? 60 : 5)).map { _ in
      serial += 1
      return (
        value: "\(serial)", due: world.now + anyDelay(),
        partition: random.below(DelayModelRun.topics[name]!)
      )
    }
    let keys = try world.add(
      values, to: name, acknowledgement: random.oneIn(4) ? .written : .committed)
    for (value, key) in zip(values, keys) {
      waiting.append(
        Waiting(key: key, topic: name, partition: value.partition, value: value.value))
    }
    trace.append("added \(keys.map(\.id)) at \(world.now)")
    count("added", values.count)
  }

  private mutating func anyDelay() -> Int64 {
    let unit: Int64 =
      [1, 1, 1000, 1000, 60_000, 3_600_000, 86_400_000, 30 * 86_400_000]
      .randomElement(using: &random)!
    return unit * Int64(1 + random.below(90))
  }

  private mutating func pass() throws {
    let unit = [1, 1, 100, 1000, 60_000, 3_600_000, 86_400_000].randomElement(using: &random)!
    let milliseconds = unit * (1 + random.below(unit > 60_000 ? 12 : 90))
    world.pass(milliseconds: milliseconds)
    deliver()
    trace.append("passed \(milliseconds) to \(world.now)")
    try compareDelivered()
  }

  /// What time brings.
  private mutating func deliver() {
    let due = waiting.filter { $0.key.due <= world.now }.sorted { $0.key < $1.key }
    waiting.removeAll { $0.key.due <= world.now }
    for record in due {
      delivered[Place(topic: record.topic, partition: record.partition), default: []]
        .append(record.value)
      past.append(record.key)
    }
    count("delivered", due.count)
  }

  private mutating func cancel() throws {
    if random.oneIn(5), let key = past.randomElement(using: &random) {
      do {
        try world.cancel(key)
      } catch BrokerError.scheduledNotFound { return }
      throw Difference("\(key.id) was cancelled although it is past")
    }
    guard let record = waiting.randomElement(using: &random) else { return }
    do {
      try world.cancel(record.key)
    } catch BrokerError.inDelivery {
      guard record.key.due <= world.now + DelayRounds.lookAheadMilliseconds else {
        throw Difference("\(record.key.id) is not being delivered at \(world.now)")
      }
      return
    }
    waiting.removeAll { $0.key == record.key }
    past.append(record.key)
    trace.append("cancelled \(record.key.id)")
    count("cancelled", 1)
  }

  private mutating func dropTopic() throws {
    world.delays.settle()
    try world.delete("mail")
    for record in waiting where record.topic == "mail" { past.append(record.key) }
    count("dropped", waiting.count { $0.topic == "mail" })
    waiting.removeAll { $0.topic == "mail" }
    delivered = delivered.filter { $0.key.topic != "mail" }
    trace.append("dropped mail")
    if random.oneIn(3) { try reopen(isKilled: true) }
    try world.make("mail")
  }

  private mutating func reopen(isKilled: Bool) throws {
    world.delays.settle()
    world = isKilled ? try world.killed() : try world.reopened()
    trace.append(isKilled ? "killed" : "reopened")
    if random.oneIn(3) {
      world.clock.advance(
        milliseconds: [1000, 3_600_000, 40 * 86_400_000].randomElement(using: &random)!)
      trace.append("slept to \(world.now)")
    }
    world.delays.settle()
    deliver()
    count(isKilled ? "killed" : "reopened", 1)
    try compare()
  }

  // MARK: - Comparing

  private mutating func compareOne() throws {
    if let record = waiting.randomElement(using: &random) {
      let found = try world.delays.find(record.key)
      guard value(found) == record.value, found.topic == record.topic,
        found.partition == record.partition
      else { throw Difference("\(record.key.id) is \(value(found))") }
    }
    if let key = past.randomElement(using: &random) {
      do {
        _ = try world.delays.find(key)
        throw Difference("\(key.id) still waits")
      } catch BrokerError.scheduledNotFound {
      }
    }
  }

  private mutating func compare() throws {
    world.delays.settle()
    try compareDelivered()
    let topic = random.oneIn(2) ? nil : "mail"
    let expected = waiting.filter { topic == nil || $0.topic == topic }.sorted { $0.key < $1.key }
    let found = try world.waiting(topic, limit: 1 + random.below(40)).map {
      Waiting(key: $0.key, topic: $0.topic, partition: $0.partition, value: value($0))
    }
    guard found == expected else {
      throw Difference("\(found.map(\.key.id)) wait, not \(expected.map(\.key.id))")
    }
    let counts = world.delays.counts
    guard counts.waiting == waiting.count else {
      throw Difference("\(counts) of \(waiting.count)")
    }
  }

  private func compareDelivered() throws {
    for (name, partitions) in DelayModelRun.topics {
      for partition in 0..<partitions {
        let place = Place(topic: name, partition: partition)
        // While its topic is deleted there is nothing to be seen.
        let found = world.hasTopic(name) ? try world.delivered(name, partition) : []
        let expected = delivered[place] ?? []
        guard found == expected else {
          throw Difference(
            "\(place): \(found.suffix(20)) of \(found.count), not \(expected.suffix(20)) "
              + "of \(expected.count)")
        }
      }
    }
  }

  private func value(_ record: DelayedRecord) -> String {
    record.withRecord { found in
      String(decoding: found?.value ?? .init(start: nil, count: 0), as: UTF8.self)
    }
  }

  private mutating func count(_ what: String, _ count: Int) { counts[what, default: 0] += count }
}
