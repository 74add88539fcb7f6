import JSON
import Log
import Platform
import Support
import Testing

@testable import Broker

/// Groups come, go, and are found again by the next server.
@Suite struct GroupsTests {
  private static func world() throws -> GroupWorld {
    let world = try GroupWorld(GroupConfig())
    try world.settle(topics: ["t": 2])
    return world
  }

  private static func lease(_ world: GroupWorld, _ count: Int = 100) throws -> Lease {
    try world.group.receiveKnowing(
      ReceiveRequest(
        topics: [world.topic("t")], tags: nil, maxRecords: count, maxBytes: 1 << 20,
        leaseMilliseconds: nil, fromOnePartition: false),
      now: world.now)
  }

  private static func config(_ text: String) throws -> GroupConfig {
    let parser = JSONParser()
    var config = GroupConfig()
    try Array(text.utf8).withUnsafeBytes { try config.merge(try parser.parse($0)) }
    return config
  }

  @Test func aConfigComesBackFromItsText() throws {
    var config = GroupConfig()
    config.leaseMilliseconds = 90_000
    config.maxAttempts = 3
    config.backoffMilliseconds = [0, 1, 1500, 86_400_000]
    config.hasJitter = true
    config.start = .latest
    config.isOrdered = true
    config.tags = ["a", "ü"].compactMap { Tag($0) }
    config.deadLetterTopic = "graves"
    let text = String(decoding: Groups.json(config), as: UTF8.self)
    #expect(try GroupsTests.config(text) == config)
    #expect(try GroupsTests.config("{}") == GroupConfig())
  }

  @Test func theLadderHoldsAndItsLastStepForAllThatFollow() {
    var config = GroupConfig()
    config.backoffMilliseconds = [10, 100]
    #expect(
      [1, 2, 3, 50].map { config.backoff(afterAttempt: $0, random: 0.5) } == [10, 100, 100, 100])
    config.hasJitter = true
    #expect(config.backoff(afterAttempt: 2, random: 0) == 50)
    #expect(config.backoff(afterAttempt: 2, random: 0.999) == 99)
  }

  @Test func namesLeaveRoomForTheDeadLetters() {
    let good = ["a", "g.h-1", String(repeating: "g", count: 245)]
    let bad = ["", ".", "..", "__a", "a b", "a/b", String(repeating: "g", count: 246)]
    #expect(good.filter { !GroupName.isValid($0) }.isEmpty)
    #expect(bad.filter { GroupName.isValid($0) }.isEmpty)
  }

  @Test func aDeletedGroupIsGoneAlsoForItsReceiptsAndTheNextServer() throws {
    var world = try GroupsTests.world()
    try world.produce([nil], to: "t", 0)
    let old = try world.group
    let receipt = Receipt(try GroupsTests.lease(world).parts)
    try world.wait { try world.groups.delete("g", sink: InlineSink(), $0) }
    #expect(throws: BrokerError.self) { try world.groups.group("g") }
    #expect(throws: BrokerError.self) {
      try old.receiveKnowing(
        ReceiveRequest(
          topics: [], tags: nil, maxRecords: 1, maxBytes: 1, leaseMilliseconds: nil,
          fromOnePartition: false), now: 0)
    }
    world = try world.killed()
    #expect(throws: BrokerError.self) { try world.groups.group("g") }
    _ = try world.groups.findOrMake("g")
    #expect(try world.settle([receipt], .ack) == [false])
    #expect(try GroupsTests.lease(world).count == 1)
  }

  @Test func groupsStandByNameHoweverTheyCameAndWent() throws {
    var world = try GroupsTests.world()
    for name in ["m", "z", "a", "n", "b", "zz", "Z"] { _ = try world.groups.findOrMake(name) }
    for name in ["a", "n", "zz"] {
      try world.wait { try world.groups.delete(name, sink: InlineSink(), $0) }
    }
    _ = try world.groups.findOrMake("n")
    let names = ["Z", "b", "g", "m", "n", "z"]
    #expect(world.groups.all.map(\.name) == names)
    world = try world.reopened()
    #expect(world.groups.all.map(\.name) == names)
  }

  @Test func aTopicMadeAnewIsReadFromItsBeginning() throws {
    let world = try GroupsTests.world()
    try world.produce([nil, nil], to: "t", 0)
    let receipt = Receipt(try GroupsTests.lease(world).parts)
    try world.catalog.delete("t")
    try world.groups.forget(topic: "t")
    let log = LogSettings(durability: .memory)
    _ = try world.catalog.create("t", partitions: 2, config: TopicConfig(log: log))
    try world.produce([nil, nil], to: "t", 0)
    #expect(try world.settle([receipt], .ack) == [false])
    #expect(try GroupsTests.lease(world).count == 2)
  }

  /// A receive that has its topic in hand while that is deleted.
  @Test func aTopicThatIsGoneIsNotJoinedAnew() throws {
    let world = try GroupsTests.world()
    try world.produce([nil, nil], to: "t", 0)
    _ = try GroupsTests.lease(world)
    let old = try world.topic("t")
    try world.catalog.delete("t")
    try world.groups.forget(topic: "t")
    let request = ReceiveRequest(
      topics: [old], tags: nil, maxRecords: 1, maxBytes: 1, leaseMilliseconds: nil,
      fromOnePartition: false)
    let group = try world.group
    #expect(throws: BrokerError.self) { try group.receiveKnowing(request, now: world.now) }
    let log = LogSettings(durability: .memory)
    _ = try world.catalog.create("t", partitions: 2, config: TopicConfig(log: log))
    try world.produce([nil, nil], to: "t", 0)
    #expect(try GroupsTests.lease(world).count == 2)
  }

  /// That a topic is gone may not be written down on a full disk: what follows says so, too.
  @Test func aPartitionIsReadUnderItsLastNumber() throws {
    let files = FaultyFileSystem()
    var world = try GroupWorld(GroupConfig(), files: files)
    try world.settle(topics: ["t": 1])
    try world.produce([nil, nil], to: "t", 0)
    #expect(try world.settle(GroupWorld.receipts(GroupsTests.lease(world)), .ack) == [true, true])
    let journal = "state/groups/\(Offset.zero.fileStem).log"
    try world.catalog.delete("t")
    files.faults.fail(.write, suffix: journal, code: 28)
    #expect(throws: LogError.self) { try world.groups.forget(topic: "t") }
    files.faults.clear()
    let log = LogSettings(durability: .memory)
    _ = try world.catalog.create("t", partitions: 1, config: TopicConfig(log: log))
    try world.produce([nil, nil], to: "t", 0)
    try? world.groups.snapshotWhenDue()
    #expect(try GroupsTests.lease(world, 1).count == 1)
    _ = world.groups.journal.waitForAll()
    world = try world.killed()
    let ids = try world.group.state.withLock { $0.byID.count }
    #expect(ids == 1)
    world.clock.advance(milliseconds: 120_000)
    #expect(try GroupsTests.lease(world).count == 2)
  }

  /// Messages that were delivered together, of which a power cut took some.
  @Test func whatIsLeftOfARunAfterAPowerCutIsDeliveredAgain() throws {
    let world = try GroupsTests.world()
    for _ in 0..<2 { try world.produce([nil, nil], to: "t", 0) }
    #expect(try GroupsTests.lease(world).parts.first?.runs.map(\.range) == [0..<4])
    #expect(world.groups.journal.waitForAll())
    let size = try world.topic("t").partition(0).bytes / 2
    let copy = try world.directory.copy()
    let file = try DiskFile(
      copy.path("topics/t-0/\(Offset.zero.fileStem).log"), .readWrite)
    try file.truncate(to: size)
    let next = try GroupWorld(GroupConfig(), in: copy, clock: world.clock)
    #expect(try next.topic("t").partition(0).offsets.highWatermark == Offset(2))
    next.clock.advance(milliseconds: 120_000)
    let runs = try GroupsTests.lease(next).parts.flatMap(\.runs)
    #expect(runs.map(\.range) == [0..<2] && runs.map(\.attempt) == [2])
  }

  /// Partitions that were joined and not yet written down may get another's number after a crash.
  @Test func receiptsOfAJoinThatWasLostCountNowhere() throws {
    let world = try GroupsTests.world()
    try world.produce([nil], to: "t", 0)
    let copy = try world.directory.copy()
    let lost = Receipt(try GroupsTests.lease(world).parts)
    let next = try GroupWorld(GroupConfig(), in: copy, clock: world.clock)
    try next.produce([nil], to: "t", 1)
    let lease = try GroupsTests.lease(next)
    #expect(lease.count == 2)
    #expect(lost.items.contains { item in lease.parts.contains { $0.id == item.id } })
    #expect(try next.settle([lost], .ack) == [false])
  }

  @Test func anAckThatWasAnsweredOutlivesAnyNumberOfServers() throws {
    var world = try GroupsTests.world()
    for number in 0..<5 {
      try world.produce([nil, nil], to: "t", number % 2)
      let lease = try GroupsTests.lease(world, 1)
      #expect(try world.settle([Receipt(lease.parts)], .ack) == [true])
      if number % 2 == 0 { try world.groups.journal.snapshot(world.groups.writeSnapshot) }
      world = try world.killed()
    }
    world.clock.advance(milliseconds: 120_000)
    _ = try world.group.advance(to: world.now)
    #expect(try GroupsTests.lease(world).count == 5)
  }

  /// A restart reads the last snapshot and little more, however few and large the events are, and
  /// however often the server was killed before there were enough of them.
  @Test func manyBytesOfEventsAreTimeForASnapshot() throws {
    var world = try GroupsTests.world()
    try world.produce([nil, nil], to: "t", 0)
    let lease = try GroupsTests.lease(world, 1)
    #expect(try world.settle([Receipt(lease.parts)], .ack) == [true])
    let large = GroupEventWriter(buffer: ByteBuffer())
    large.write(.max, Array(repeating: .done(0..<1), count: 60_000))
    for number in 0..<17 {
      try world.groups.snapshotWhenDue()
      #expect(try GroupsTests.events(of: world) >= number)
      if number == 8 { world = try world.killed() }
      let journal = world.groups.journal
      try world.wait { journal.append(large.buffer, .committed, sink: InlineSink(), $0) }
    }
    try world.groups.snapshotWhenDue()
    #expect(try GroupsTests.events(of: world) == 0)
    world = try world.killed()
    #expect(try GroupsTests.lease(world).parts.map(\.runs.first?.range) == [1..<2])
  }

  /// How many events the next server would have to read behind the snapshot.
  private static func events(of world: GroupWorld) throws -> Int {
    var count = 0
    try world.groups.journal.journal.replay(snapshot: { _ in }, event: { _ in count += 1 })
    return count
  }

  @Test func partitionsTakeTurns() throws {
    let world = try GroupsTests.world()
    for number in 0..<2 {
      for _ in 0..<20 { try world.produce([nil], to: "t", number) }
    }
    var seen: [Int] = []
    for _ in 0..<10 { seen += try GroupsTests.lease(world, 1).parts.map(\.partition) }
    #expect(seen.count { $0 == 0 } == 5)
  }
}
