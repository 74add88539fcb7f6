import Log
import Platform
import Support
import Testing

@testable import Broker

/// Dead letters are moved once and only once, wherever the server dies.
@Suite struct BurialTests {
  /// A world with so many messages, all of them delivered once and rejected.
  private static func rejected(_ count: Int, segmentBytes: Int = 1 << 30) throws -> GroupWorld {
    let world = try GroupWorld(GroupConfig())
    try world.settle(topics: ["t": 1], segmentBytes: segmentBytes)
    for start in stride(from: 0, to: count, by: 10) {
      try world.produce(
        [String?](repeating: nil, count: min(10, count - start)), to: "t", 0)
    }
    try expect(settled: count, world, .bury)
    return world
  }

  private static func lease(_ count: Int, _ world: GroupWorld) throws -> Lease {
    try world.group.receiveKnowing(
      ReceiveRequest(
        topics: [world.topic("t")], tags: nil, maxRecords: count, maxBytes: 1 << 30,
        leaseMilliseconds: nil, fromOnePartition: false),
      now: world.now)
  }

  private static func expect(
    settled count: Int, _ world: GroupWorld, _ settlement: Settlement
  ) throws {
    let lease = try lease(count, world)
    #expect(lease.count == count)
    let receipts = lease.parts.flatMap { part in
      part.runs.map { run in
        Receipt(items: [
          ReceiptItem(
            id: part.id, epoch: part.epoch, offset: run.range.lowerBound,
            count: UInt32(run.range.count), attempt: run.attempt)
        ])
      }
    }
    #expect(try !world.settle(receipts, settlement).contains(false))
  }

  @Test func eachIsMovedWithItsStory() throws {
    let world = try BurialTests.rejected(3)
    try world.bury()
    var headers: [String: String] = [:]
    try world.forEachRecord(of: GroupWorld.letters, 0) { record in
      guard record.offset == Offset(1) else { return }
      #expect(record.value?.elementsEqual("t-0-1".utf8) == true)
      record.forEachHeader { name, value in
        headers[String(decoding: name, as: UTF8.self)] = value.map {
          String(decoding: $0, as: UTF8.self)
        }
      }
    }
    #expect(
      headers == [
        "sluice-group": "g", "sluice-topic": "t", "sluice-partition": "0", "sluice-offset": "1",
        "sluice-attempts": "1", "sluice-first-delivery": "\(world.now)",
        "sluice-last-delivery": "\(world.now)", "sluice-reason": "rejected",
      ])
    #expect(try world.group.standings(now: world.now).first { $0.topic == "t" }?.floor == 3)
  }

  @Test func aServerKilledBeforeTheLettersAreStoredMovesThemLater() throws {
    let world = try BurialTests.rejected(25)
    let copy = try world.buryKilled(.beforeTheLetters)
    let next = try GroupWorld(GroupConfig(), in: copy, clock: world.clock)
    #expect(try next.origins().isEmpty)
    try next.bury()
    #expect(try next.origins().map(\.offset) == Array(0..<25))
    #expect(try next.group.standings(now: next.now).first { $0.topic == "t" }?.dying == 0)
  }

  @Test func aServerKilledBehindTheLettersDoesNotMoveThemAgain() throws {
    let world = try BurialTests.rejected(25)
    let copy = try world.buryKilled(.behindTheLetters)
    let next = try GroupWorld(GroupConfig(), in: copy, clock: world.clock)
    try next.bury()
    #expect(try next.origins().map(\.offset) == Array(0..<25))
    #expect(try next.group.standings(now: next.now).first { $0.topic == "t" }?.dying == 0)
    #expect(try BurialTests.lease(100, next).count == 0)
  }

  @Test func aClockThatIsSetBackDoesNotProlongARest() throws {
    let world = try BurialTests.rejected(1)
    let group = try world.group
    group.state.withLock { $0.burialRest.begin(world.now) }
    #expect(!group.advance(to: world.now))
    #expect(group.advance(to: world.now - 3_600_000))
  }

  @Test func manyMoreThanGoAtATimeAllArriveOnce() throws {
    let world = try BurialTests.rejected(2500)
    try world.bury()
    #expect(try world.origins().map(\.offset) == Array(0..<2500))
  }

  @Test func whatRetentionTookIsCountedAndTheRestMoved() throws {
    let world = try BurialTests.rejected(100, segmentBytes: 1024)
    let log = try world.topic("t").partition(0)
    let start = try log.truncate(before: Offset(50)).value
    #expect(start > 0)
    try world.bury()
    #expect(try world.origins().map(\.offset) == Array(start..<100))
    let standing = try world.group.standings(now: world.now).first { $0.topic == "t" }
    #expect(standing?.counts.lost == Int(start))
    #expect(standing?.counts.dead == 100 - Int(start))
  }

  @Test func aDeadLetterThatDiesAgainStaysWhereItIs() throws {
    let world = try BurialTests.rejected(1)
    try world.bury()
    let request = ReceiveRequest(
      topics: [try world.topic(GroupWorld.letters)], tags: nil, maxRecords: 1, maxBytes: 1000,
      leaseMilliseconds: nil, fromOnePartition: true)
    let lease = try world.group.receiveKnowing(request, now: world.now)
    #expect(try world.settle([Receipt(lease.parts)], .bury) == [true])
    try world.bury()
    #expect(try world.origins().count == 1)
    world.clock.advance(milliseconds: 7_200_000)
    _ = try world.group.advance(to: world.now)
    #expect(try world.group.receiveKnowing(request, now: world.now).count == 1)
  }

  /// A seek while letters are on their way: what was leased anew is not done with them.
  @Test func aSeekInTheMiddleKeepsWhatIsLeasedBehindIt() throws {
    let world = try BurialTests.rejected(3)
    let topic = try world.topic("t")
    let group = try world.group
    let now = world.now
    let letters = InterruptedLog(try world.topic(GroupWorld.letters).partition(0)) {
      group.seek(topic, to: [(0, .zero)], sink: InlineSink()) { _ in }
      _ = try? group.receiveKnowing(
        ReceiveRequest(
          topics: [topic], tags: nil, maxRecords: 100, maxBytes: 1 << 20, leaseMilliseconds: nil,
          fromOnePartition: false), now: now)
    } after: {
    }
    try world.bury(into: letters)
    #expect(try world.origins().count == 3)
    let standing = try world.group.standings(now: now).first { $0.topic == "t" }
    #expect(standing?.inFlight == 3)
  }

  /// What an ordered group holds back comes as soon as the one before it is buried.
  @Test func aBurialWakesWhoWaitsForTheNextInOrder() throws {
    var config = GroupConfig()
    config.isOrdered = true
    let world = try GroupWorld(config)
    try world.settle(topics: ["t": 1])
    try world.produce([nil, nil], to: "t", 0)
    #expect(try world.settle(GroupWorld.receipts(world.lease(1)), .bury) == [true])
    let empty = try world.lease(1)
    #expect(empty.parts.isEmpty)
    let fired = try world.wait(behind: empty)
    try world.bury()
    #expect(fired.withLock { $0 })
    #expect(try world.lease(1).parts.first?.runs.first?.range == 1..<2)
  }
}
