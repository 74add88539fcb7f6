import Log
import Platform
import Support
import Testing

@testable import Broker

/// What a receive finds, whatever stands in front of it.
@Suite struct GroupReceiveTests {
  private static func world(_ partitions: Int = 1) throws -> GroupWorld {
    let world = try GroupWorld(GroupConfig())
    try world.settle(topics: ["t": partitions])
    return world
  }

  /// Looks on as a receive does that nobody wants to wait.
  private static func search(_ world: GroupWorld, _ tag: String) throws -> (Lease, looks: Int) {
    var request = ReceiveRequest(
      topics: [try world.topic("t")], tags: [Tag(tag)!], maxRecords: 10, maxBytes: 1 << 20,
      leaseMilliseconds: nil, fromOnePartition: false)
    for looks in 1..<100 {
      let lease = try world.group.receive(request, now: world.now)
      if !lease.parts.isEmpty || !lease.isUnfinished { return (lease, looks) }
      request.goOn(behind: lease)
    }
    throw LogError.unreadable(reason: "the search does not end")
  }

  /// Messages of other tags that wait in front, each by itself, hold up nobody for ever.
  @Test func whatWaitsIsFoundBehindAnyNumberOfOtherTags() throws {
    let world = try GroupReceiveTests.world(2)
    for number in 0..<2 {
      try world.produce([String?](repeating: "a", count: 2500) + ["b", "b"], to: "t", number)
    }
    for receipt in GroupWorld.receipts(try world.lease(10_000)).chunks(of: 1000) {
      #expect(try !world.settle(receipt, .nack(delayMilliseconds: 0)).contains(false))
    }
    world.clock.advance(milliseconds: 1)
    let (lease, looks) = try GroupReceiveTests.search(world, "b")
    let (more, _) = try GroupReceiveTests.search(world, "b")
    #expect(lease.count + more.count == 4 && looks > 1)
    let (nothing, last) = try GroupReceiveTests.search(world, "c")
    #expect(nothing.parts.isEmpty && last < 10)
    // The others keep their turns: those first that have waited longest.
    #expect(try world.lease(1).parts.first?.runs.first?.range.lowerBound == 0)
  }

  /// One receipt stands for no more runs than it may hold, however the tags change.
  @Test func aRawReceiptOfAlternatingTagsCounts() throws {
    let world = try GroupReceiveTests.world()
    for _ in 0..<150 { try world.produce(["a", "b"], to: "t", 0) }
    let signer = world.groups.makeSigner()
    var found = 0
    while true {
      let lease = try world.lease(.max, tags: ["a"], isRaw: true)
      if lease.parts.isEmpty { break }
      found += lease.count
      let text = ByteBuffer()
      signer.write(Receipt(lease.parts), into: text)
      let receipt = try #require(signer.open(text.bytes))
      #expect(try world.settle([receipt], .nack(delayMilliseconds: 5)) == [true])
    }
    #expect(found == 150)
    world.clock.advance(milliseconds: 5)
    let again = try world.lease(.max, tags: ["a"], isRaw: true)
    #expect(again.count > 0 && Receipt(again.parts).items.count <= Receipt.itemsMax)
  }

  /// Whatever others ask for in between.
  @Test func everyTopicHasItsTurnHoweverRequestsAlternate() throws {
    for others in 1..<5 {
      let world = try GroupWorld(GroupConfig())
      try world.settle(topics: ["t": 2, "u": 2])
      for topic in ["t", "u"] {
        for number in 0..<2 { try world.produce([nil], to: topic, number) }
      }
      for number in 0..<2 {
        try world.produce([String?](repeating: nil, count: 500), to: "t", number)
      }
      var seen: Set<GroupModel.Place> = []
      for _ in 0..<40 {
        let request = ReceiveRequest(
          topics: [try world.topic("t"), try world.topic("u")], tags: nil, maxRecords: 1,
          maxBytes: 1 << 20, leaseMilliseconds: nil, fromOnePartition: false)
        for part in try world.group.receive(request, now: world.now).parts {
          seen.insert(GroupModel.Place(topic: part.topic, partition: part.partition))
        }
        for _ in 0..<others { _ = try world.lease(1) }
      }
      #expect(seen.count == 4, "\(others): \(seen)")
    }
  }

  /// A partition of which nothing more may be begun has nothing to offer, and a long poll waits.
  @Test func whoMayBeginNoMoreWaitsUntilSomethingIsDone() throws {
    var limits = BrokerLimits()
    limits.groupRunsMax = 2
    let world = try GroupWorld(GroupConfig(), limits: limits)
    try world.settle(topics: ["t": 1])
    for _ in 0..<3 { try world.produce([nil], to: "t", 0) }
    let first = try world.lease(1)
    #expect(try world.lease(1).count == 1)
    let empty = try world.lease(1)
    #expect(empty.parts.isEmpty)
    let fired = try world.wait(behind: empty)
    #expect(try world.settle(GroupWorld.receipts(first), .ack) == [true])
    #expect(fired.withLock { $0 })
    #expect(try world.lease(1).count == 1)
  }

  /// A receive that comes before the scheduler notes that leases have ended, and takes some.
  @Test func whatAReceiveLeavesIsToldToWhoWaits() throws {
    let world = try GroupReceiveTests.world()
    try world.produce([nil, nil], to: "t", 0)
    #expect(try world.lease(2).count == 2)
    let fired = try world.wait(behind: world.lease(1))
    world.clock.advance(milliseconds: Int(try world.group.config.leaseMilliseconds))
    #expect(try world.lease(1).count == 1)
    _ = try world.group.advance(to: world.now)
    #expect(fired.withLock { $0 })
    #expect(try world.lease(1).count == 1)
  }

  /// Dead letters may die any number of times.
  @Test func aMessageThatWasDeliveredTooOftenToCountIsDelivered() throws {
    let world = try GroupReceiveTests.world()
    try world.produce([nil], to: "t", 0)
    #expect(try world.lease(1).count == 1)
    let group = try world.group
    group.state.withLock { state in
      let run = DeliveryRun(
        offset: 0, due: 0, firstDelivery: 1, lastDelivery: 1, count: 1, attempt: .max,
        condition: .waiting)
      let events = GroupEventWriter(buffer: ByteBuffer())
      group.apply([.run(run)], to: state.all[0], events)
    }
    #expect(try world.lease(1).parts.first?.runs.first?.attempt == .max)
  }
}

extension Array {
  fileprivate func chunks(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map {
      Array(self[$0..<Swift.min(self.count, $0 + count)])
    }
  }
}
