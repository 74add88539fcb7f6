import Log
import Platform
import Support
import Testing

@testable import Broker

/// A group goes on round what cannot be read, and says so.
@Suite struct GroupDamageTests {
  /// Batches of two messages in one partition, of which those that are named are damaged, and that
  /// is known.
  private static func world(
    _ config: GroupConfig = GroupConfig(), batches: Int, damaged: [Int]
  ) throws -> GroupWorld {
    let world = try GroupWorld(config)
    try world.settle(topics: ["t": 1, "u": 1])
    for _ in 0..<batches { try world.produce([nil, nil], to: "t", 0) }
    try damage(damaged, of: batches, world)
    return world
  }

  private static func damage(
    _ damaged: [Int], of batches: Int, _ world: GroupWorld, partition: Int = 0
  ) throws {
    let log = try world.topic("t").partition(partition)
    let file = try DiskFile(
      world.directory.path("topics/t-\(partition)/\(Offset.zero.fileStem).log"), .readWrite)
    let size = log.bytes / batches
    for batch in damaged {
      try [0xFF].withUnsafeBytes { try file.write([$0], at: batch * size + 70) }
      let slice = try log.read(ReadRequest(offset: Offset(Int64(batch * 2)), maxBytes: 1))
      #expect(throws: LogError.self) { try GroupWorld.forEachRecord(of: slice) { _ in } }
    }
  }

  private static func receive(
    _ world: GroupWorld, max count: Int = 100, topics: [String] = ["t"]
  ) throws -> Lease {
    try world.group.receiveKnowing(
      ReceiveRequest(
        topics: try topics.map { try world.topic($0) }, tags: nil, maxRecords: count,
        maxBytes: 1 << 30, leaseMilliseconds: nil, fromOnePartition: false),
      now: world.now)
  }

  private static func offsets(_ lease: Lease) -> [Int64] {
    lease.parts.flatMap { $0.runs.flatMap(\.range) }
  }

  private static func receipts(_ lease: Lease) -> [Receipt] {
    lease.parts.flatMap { part in
      part.runs.map { run in
        Receipt(items: [
          ReceiptItem(
            id: part.id, epoch: part.epoch, offset: run.range.lowerBound,
            count: UInt32(run.range.count), attempt: run.attempt)
        ])
      }
    }
  }

  private static func expectDamage(_ batch: Int, _ world: GroupWorld) throws {
    do {
      let lease = try receive(world)
      Issue.record("received \(offsets(lease))")
    } catch BrokerError.log(.corrupted(_, let position, _)) {
      let size = try world.topic("t").partition(0).bytes / 4
      #expect(position == batch * size)
    }
  }

  @Test func whatIsSoundIsDeliveredAndThenTheDamageIsSaid() throws {
    let world = try Self.world(batches: 4, damaged: [1])
    #expect(try Self.offsets(Self.receive(world)) == [0, 1])
    #expect(try Self.offsets(Self.receive(world)) == [4, 5, 6, 7])
    try Self.expectDamage(1, world)
    // The other topic is not held up, and what comes later is delivered.
    try world.produce([nil], to: "u", 0)
    #expect(try Self.receive(world, topics: ["t", "u"]).parts.map(\.topic) == ["u"])
    try Self.expectDamage(1, world)
    // The damaged messages are open, nobody has had them.
    let standing = try world.group.standings(now: world.now).first { $0.topic == "t" }
    #expect(standing?.waiting == 2 && standing?.counts.delivered == 6)
    // The next server knows as much.
    let again = try world.reopened()
    #expect(try again.group.standings(now: again.now).first { $0.topic == "t" }?.waiting == 2)
    again.data.close()
  }

  @Test func anOrderedGroupStopsAtDamage() throws {
    var config = GroupConfig()
    config.isOrdered = true
    let world = try Self.world(config, batches: 4, damaged: [1])
    let first = try Self.receive(world)
    #expect(Self.offsets(first) == [0, 1])
    #expect(try world.settle(Self.receipts(first), .ack) == [true])
    for _ in 0..<2 { try Self.expectDamage(1, world) }
    world.data.close()
  }

  /// Even where new messages would have to be looked for, by their tags.
  @Test func anOrderedGroupDeliversAgainWhatStandsBeforeDamage() throws {
    var config = GroupConfig()
    config.isOrdered = true
    let world = try GroupWorld(config)
    try world.settle(topics: ["t": 1])
    for _ in 0..<2 { try world.produce(["x", "x"], keys: ["a", "b"], to: "t", 0) }
    let first = try world.lease(2, tags: ["x"])
    #expect(Self.offsets(first) == [0, 1])
    try Self.damage([1], of: 2, world)
    let given = try world.settle(Self.receipts(first), .nack(delayMilliseconds: 0))
    #expect(given == [true])
    #expect(try Self.offsets(world.lease(100, tags: ["x"])) == [0, 1])
    #expect(throws: BrokerError.self) { try world.lease(100, tags: ["x"]) }
    world.data.close()
  }

  /// However many partitions there are.
  @Test func anOrderedGroupLooksOnceForKeysThatCannotBeRead() throws {
    var config = GroupConfig()
    config.isOrdered = true
    let count = 8
    let world = try GroupWorld(config)
    try world.settle(topics: ["t": count])
    for number in 0..<count {
      try world.produce([nil], to: "t", number)
      try Self.damage([0], of: 1, world, partition: number)
    }
    var request = ReceiveRequest(
      topics: [try world.topic("t")], tags: nil, maxRecords: 10, maxBytes: 1 << 20,
      leaseMilliseconds: nil, fromOnePartition: false)
    let group = try world.group
    for _ in 0..<2 {
      var looks = 0
      #expect(throws: BrokerError.self) {
        while looks < 100 {
          let lease = try group.receive(request, now: world.now)
          guard let gap = lease.gap else { break }
          group.learnKeys(gap)
          request.goOn(behind: lease)
          looks += 1
        }
      }
      #expect(looks == count)
      request = ReceiveRequest(
        topics: request.topics, tags: nil, maxRecords: 10, maxBytes: 1 << 20,
        leaseMilliseconds: nil, fromOnePartition: false)
    }
    world.data.close()
  }

  @Test func whatIsGivenBackComesAgainAndCountsAsNotDelivered() throws {
    let world = try Self.world(batches: 4, damaged: [])
    let lease = try Self.receive(world)
    #expect(Self.offsets(lease) == Array(0..<8))
    let rest = lease.parts.compactMap { $0.cut(to: 3..<100) }
    try Self.damage([2], of: 4, world)
    try world.group.giveBack(rest, now: world.now)
    let again = try Self.receive(world, max: 1)
    #expect(Self.offsets(again) == [3])
    #expect(again.parts.first?.runs.first?.attempt == 1)
    var found: [Int64] = []
    while let more = try? Self.receive(world, max: 1) { found += Self.offsets(more) }
    #expect(found == [6, 7])
    try Self.expectDamage(2, world)
    world.data.close()
  }

  @Test func dyingMessagesAreMovedButThoseThatCannotBeRead() throws {
    let world = try Self.world(batches: 4, damaged: [])
    let lease = try Self.receive(world)
    #expect(try !world.settle(Self.receipts(lease), .bury).contains(false))
    let file = try DiskFile(
      world.directory.path("topics/t-0/\(Offset.zero.fileStem).log"), .readWrite)
    let size = try world.topic("t").partition(0).bytes / 4
    // Nobody knows of it before the messages are moved.
    try [0xFF].withUnsafeBytes { try file.write([$0], at: size + 70) }
    try world.bury()
    #expect(try world.origins().map(\.offset) == [0, 1, 4, 5, 6, 7])
    let standing = try world.group.standings(now: world.now).first { $0.topic == "t" }
    #expect(standing?.counts.dead == 6 && standing?.counts.lost == 2 && standing?.dying == 0)
    world.data.close()
  }
}
