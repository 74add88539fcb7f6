import Log
import Platform
import Support
import Testing

@testable import Broker

/// A group that keeps the order of keys.
@Suite struct KeyOrderTests {
  private static func world(
    _ keys: [String?], tags: [String?]? = nil, isOrdered: Bool = true
  ) throws -> GroupWorld {
    var config = GroupConfig()
    config.isOrdered = isOrdered
    config.backoffMilliseconds = [1000]
    let world = try GroupWorld(config)
    try world.settle(topics: ["t": 1])
    if !keys.isEmpty {
      try world.produce(tags ?? keys.map { _ in nil }, keys: keys, to: "t", 0)
    }
    return world
  }

  private static func offsets(_ lease: Lease) -> [Int64] {
    lease.parts.flatMap { $0.runs.flatMap { Array($0.range) } }
  }

  private static func lease(
    _ world: GroupWorld, _ count: Int = 100, tags: [String]? = nil, isRaw: Bool = false
  ) throws -> [Int64] {
    try offsets(world.lease(count, tags: tags, isRaw: isRaw))
  }

  private static func receipt(_ world: GroupWorld, _ offset: Int64) throws -> Receipt {
    let (id, epoch, attempt) = try world.group.state.withLock { state in
      let partition = state.partition("t", 0)!
      var attempt: UInt16 = 0
      partition.progress.runs.forEach(in: offset..<(offset + 1)) { run in
        attempt = run.attempt
        return true
      }
      return (partition.id, partition.progress.epoch, attempt)
    }
    return Receipt(items: [
      ReceiptItem(id: id, epoch: epoch, offset: offset, count: 1, attempt: attempt)
    ])
  }

  private static func settle(
    _ world: GroupWorld, _ offsets: [Int64], _ settlement: Settlement = .ack
  ) throws {
    let counted = try world.settle(offsets.map { try receipt(world, $0) }, settlement)
    #expect(!counted.contains(false))
  }

  @Test func aKeysLaterMessagesWaitAndOthersDoNot() throws {
    let world = try Self.world(["a", "b", "a", "c", "b", "a"])
    #expect(try Self.lease(world, 1) == [0])
    #expect(try Self.lease(world) == [1, 3, 4])
    #expect(try Self.lease(world) == [])
    try Self.settle(world, [0])
    #expect(try Self.lease(world) == [2, 5])
    try Self.settle(world, [1, 2, 3, 4, 5])
    let standing = try #require(try world.group.standings(now: world.now).first)
    #expect(standing.floor == 6 && standing.waiting == 0 && standing.inFlight == 0)
  }

  @Test func messagesWithoutAKeyKeepTheOrderAmongThemselves() throws {
    let world = try Self.world([nil, "a", nil, "b"])
    #expect(try Self.lease(world, 1) == [0])
    #expect(try Self.lease(world) == [1, 3])
    try Self.settle(world, [0])
    #expect(try Self.lease(world) == [2])
    // An empty key is a key.
    let other = try Self.world([nil, ""])
    #expect(try Self.lease(other, 1) == [0])
    #expect(try Self.lease(other) == [1])
  }

  @Test func aMessageThatComesAgainComesBeforeThoseOfItsKey() throws {
    let world = try Self.world(["a", "a", "b"])
    #expect(try Self.lease(world, 1) == [0])
    try Self.settle(world, [0], .nack(delayMilliseconds: nil))
    #expect(try Self.lease(world) == [2])
    world.clock.advance(milliseconds: 1000)
    // By itself: it has failed before.
    #expect(try Self.lease(world) == [0])
    #expect(try Self.lease(world) == [])
    try Self.settle(world, [0])
    #expect(try Self.lease(world) == [1])
  }

  /// Of those that came along with each other none was done: each waits for the one before it.
  @Test func whatCameAlongTheFirstTimeComesAgainOneByOne() throws {
    let world = try Self.world(["a", "a", "b", "a", "b"])
    #expect(try Self.lease(world) == [0, 1, 2, 3, 4])
    world.clock.advance(milliseconds: Int(try world.group.config.leaseMilliseconds))
    #expect(try Self.lease(world) == [0, 2])
    #expect(try Self.lease(world) == [])
    try Self.settle(world, [0])
    #expect(try Self.lease(world) == [1])
    try Self.settle(world, [1, 2])
    #expect(try Self.lease(world) == [3, 4])
  }

  @Test func whatDiesHoldsItsKeyUntilItIsBuried() throws {
    let world = try Self.world(["a", "a", "b"])
    #expect(try Self.lease(world, 1) == [0])
    try Self.settle(world, [0], .bury)
    #expect(try Self.lease(world) == [2])
    try world.bury()
    #expect(try Self.lease(world) == [1])
  }

  @Test func whatIsHeldBackIsHeldBackByTheNextServerToo() throws {
    let world = try Self.world(["a", "b", "a", "b", "c"])
    #expect(try Self.lease(world, 2) == [0, 1])
    #expect(try Self.lease(world) == [4])
    try Self.settle(world, [0])
    let next = try world.killed()
    #expect(try Self.lease(next) == [2])
    try Self.settle(next, [1])
    let last = try next.reopened()
    #expect(try Self.lease(last) == [3])
    try Self.settle(last, [2, 3, 4])
    #expect(try last.group.standings(now: last.now).first?.floor == 5)
    last.data.close()
  }

  @Test func anotherTagHoldsItsKeyToo() throws {
    let world = try Self.world(["a", "a", "b"], tags: ["x", "y", "y"])
    #expect(try Self.lease(world, 1) == [0])
    try Self.settle(world, [0], .nack(delayMilliseconds: 0))
    #expect(try Self.lease(world, tags: ["y"]) == [2])
    #expect(try Self.lease(world, 1) == [0])
    try Self.settle(world, [0])
    #expect(try Self.lease(world, tags: ["y"]) == [1])
  }

  @Test func manyOfAnotherTagHideNone() throws {
    let many = 50
    let keys = (0..<many).map { "k\($0)" } + ["last"]
    let world = try Self.world(keys, tags: Array(repeating: "x", count: many) + ["y"])
    #expect(try Self.lease(world, many).count == many)
    try Self.settle(world, (0..<Int64(many)).map { $0 }, .nack(delayMilliseconds: 0))
    #expect(try Self.lease(world, 1, tags: ["y"]) == [Int64(many)])
  }

  @Test func aLeaseOfBatchesFramesWhatItHoldsBackOf() throws {
    let world = try Self.world(["a", "b", "a"])
    #expect(try Self.lease(world, 1, isRaw: true) == [0])
    let rest = try world.lease(100, isRaw: true)
    #expect(Self.offsets(rest) == [1])
    #expect(rest.parts.first?.runs.first?.isWhole == false)
    try Self.settle(world, [0, 1])
    try world.produce([nil, nil], keys: ["c", "d"], to: "t", 0)
    let whole = try world.lease(100, isRaw: true)
    #expect(Self.offsets(whole) == [2, 3, 4])
    #expect(try Self.world(["a", "b"]).lease(100, isRaw: true).parts[0].runs[0].isWhole)
  }

  @Test func aSeekBackDeliversInOrderAnew() throws {
    let world = try Self.world(["a", "a", "b"])
    #expect(try Self.lease(world) == [0, 1, 2])
    try Self.settle(world, [0, 1, 2])
    let group = try world.group
    let topic = try world.topic("t")
    try world.wait { group.seek(topic, to: [(0, Offset(0))], sink: InlineSink(), $0) }
    #expect(try Self.lease(world, 1) == [0])
    #expect(try Self.lease(world) == [2])
  }

  /// A slow key holds up nobody until there are too many behind it; then they go on with it.
  @Test func aSlowKeyHoldsUpOthersOnlyPastTheLimit() throws {
    let behind = KeyOrder.openMax
    let world = try Self.world(Array(repeating: "slow", count: behind) + ["quick", "quick"])
    #expect(try Self.lease(world, 1) == [0])
    // All that may be begun is begun: the last two are not.
    #expect(try Self.lease(world) == [])
    let fired = try world.wait(behind: world.lease(1))
    try Self.settle(world, [0])
    #expect(fired.withLock { $0 })
    #expect(try Self.lease(world, 1) == [1])
    #expect(try Self.lease(world) == [Int64(behind)])
    try Self.settle(world, [1])
    #expect(try Self.lease(world, 5000).count == behind - 2)
  }

  @Test func whatDoesNotFitIsNotOvertaken() throws {
    let world = try Self.world([])
    for key in ["a", "b", "a", "b"] { try world.produce([nil], keys: [key], to: "t", 0) }
    let one = try world.topic("t").partition(0).bytes / 4
    let request = ReceiveRequest(
      topics: [try world.topic("t")], tags: nil, maxRecords: 10, maxBytes: 2 * one + 1,
      leaseMilliseconds: nil, fromOnePartition: false)
    let first = try world.group.receiveKnowing(request, now: world.now)
    #expect(Self.offsets(first) == [0, 1])
    try Self.settle(world, [0], .nack(delayMilliseconds: 0))
    #expect(try Self.lease(world, 1) == [0])
    #expect(try Self.lease(world) == [])
    try Self.settle(world, [0, 1])
    #expect(try Self.lease(world) == [2, 3])
  }

  @Test func aGroupThatBeginsToKeepTheOrderKnowsWhatIsUnderWay() throws {
    let world = try Self.world(["a", "a", "b", "b"], isOrdered: false)
    #expect(try Self.lease(world, 1) == [0])
    var config = try world.group.config
    config.isOrdered = true
    try world.wait { world.groups.put("g", config, sink: InlineSink(), $0) }
    #expect(try Self.lease(world) == [2, 3])
    config.isOrdered = false
    try world.wait { world.groups.put("g", config, sink: InlineSink(), $0) }
    #expect(try Self.lease(world) == [1])
  }

  @Test func whoWaitsIsWokenOnlyWhenSomethingBecomesFree() throws {
    let world = try Self.world(["a", "a", "b"])
    #expect(try Self.lease(world, 1) == [0])
    #expect(try Self.lease(world) == [2])
    try Self.settle(world, [2])
    try Self.settle(world, [0], .extend(leaseMilliseconds: 3_600_000))
    _ = try world.group.advance(to: world.now)
    let fired = try world.wait(behind: world.lease(1))
    // The lease of what is done ends, and so would have the first one's.
    world.clock.advance(milliseconds: Int(try world.group.config.leaseMilliseconds))
    _ = try world.group.advance(to: world.now)
    #expect(!fired.withLock { $0 })
    world.clock.advance(milliseconds: 3_600_000)
    _ = try world.group.advance(to: world.now)
    #expect(fired.withLock { $0 })
    #expect(try Self.lease(world) == [0])
  }
}
