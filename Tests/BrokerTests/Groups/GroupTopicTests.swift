import Log
import Platform
import Support
import Testing

@testable import Broker

extension BrokerWorld {
  /// Makes a topic with one record.
  fileprivate func makeFilledTopic(_ name: String = "t") throws {
    try makeTopic(name)
    try fill(name)
  }

  fileprivate func fill(_ name: String = "t") throws {
    let builder = BatchBuilder()
    Array("a".utf8).withUnsafeBytes {
      builder.append(key: nil, value: $0, headers: RecordHeaders(), timestamp: 1)
    }
    let log = try log(name)
    try answer {
      log.append(
        builder.finish(), acknowledgement: .committed, sink: InlineSink(), completion: $0)
    }
  }

  fileprivate func lease(_ topics: [String] = ["t"]) throws -> Lease {
    try broker.groups.findOrMake("g").receiveKnowing(
      ReceiveRequest(
        topics: topics.map { try broker.topic($0) }, tags: nil, maxRecords: 10, maxBytes: 1 << 20,
        leaseMilliseconds: nil, fromOnePartition: false), now: now)
  }

  /// Leases the first record and has somebody wait for the next; the flag goes up when there may be
  /// something.
  fileprivate func wait() throws -> Lock<Bool> {
    #expect(try lease().count == 1)
    return try waitOn()
  }

  /// Has somebody wait for the next.
  fileprivate func waitOn() throws -> Lock<Bool> {
    let empty = try lease()
    #expect(empty.parts.isEmpty)
    let fired = Lock(false)
    let waiter = LogWaiter(sink: InlineSink()) { fired.withLock { $0 = true } }
    let held = GroupWaiter(waiter, topics: [try broker.topic("t")])
    #expect(try broker.groups.group("g").hold(held, after: empty))
    return fired
  }
}

/// Groups when topics change or go, with the broker's own threads.
@Suite struct GroupTopicTests {
  @Test func aLongPollHearsOfPartitionsThatAreAdded() throws {
    let world = try BrokerWorld()
    defer { world.stop() }
    try world.makeFilledTopic()
    let fired = try world.wait()
    try world.answer {
      world.broker.changeTopic("t", partitions: 2, sink: InlineSink(), edit: { _ in }, $0)
    }
    #expect(fired.withLock { $0 })
  }

  @Test(arguments: [true, false])
  func aLongPollHearsThatWhatItHadToWaitForWasDeleted(byTruncate: Bool) throws {
    let world = try BrokerWorld()
    defer { world.stop() }
    try world.makeFilledTopic()
    var config = GroupConfig()
    config.isOrdered = true
    _ = try world.answer { world.broker.groups.put("g", config, sink: InlineSink(), $0) }
    #expect(try world.lease().count == 1)
    // It cannot be delivered before the first one is done.
    try world.fill()
    let fired = try world.waitOn()
    #expect(!fired.withLock { $0 })
    if byTruncate {
      try world.answer {
        world.broker.truncate("t", partition: 0, before: Offset(1), sink: InlineSink(), $0)
      }
    } else {
      try world.answer {
        world.broker.changeTopic(
          "t", partitions: nil, sink: InlineSink(),
          edit: { $0.log.retentionMilliseconds = 1000 }, $0)
      }
      world.clock.advance(milliseconds: 10_000)
      world.broker.enforceRetention { Issue.record("\($0)") }
    }
    #expect(fired.withLock { $0 })
  }

  /// A topic is gone also where its files cannot be removed.
  @Test func aTopicThatWentBadlyIsForgotten() throws {
    let world = try BrokerWorld()
    defer { world.stop() }
    try world.makeFilledTopic()
    #expect(try world.lease().count == 1)
    // Nothing can be moved to where removed logs go.
    let place = world.directory.path("removed")
    try DiskFileSystem().removeTree(place)
    _ = try DiskFile(place, .createOrOpen)
    #expect(throws: BrokerError.self) {
      try world.answer { world.broker.deleteTopic("t", sink: InlineSink(), $0) }
    }
    try DiskFileSystem().removeFile(place)
    try world.makeFilledTopic()
    #expect(try world.lease().count == 1)
  }

  /// What a redrive has sent is not sent again because something else could not be.
  @Test func whatWasSentBackStaysSent() throws {
    let world = try BrokerWorld()
    defer { world.stop() }
    let names = ["t", "u", "v", "w"]
    for name in names { try world.makeFilledTopic(name) }
    let lease = try world.lease(names)
    #expect(lease.count == 4)
    let group = try world.broker.groups.group("g")
    try world.answer {
      _ = group.settle(
        GroupWorld.receipts(lease), .bury, now: world.now, random: 0,
        sink: InlineSink(), $0)
    }
    let buried = Mailbox<Bool>()
    let broker = world.broker
    broker.scheduler.post([
      {
        broker.advanceGroups { _ in }
        buried.post(true)
      }
    ])
    var answers: [Bool] = []
    _ = buried.take(into: &answers, until: nil)
    #expect(broker.openDeadLetters(of: group) == 4)
    let file = "topics/u-0/\(Offset.zero.fileStem).log"
    world.files.faults.fail(.write, suffix: file, code: 28)
    for _ in 0..<3 {
      #expect(throws: BrokerError.self) {
        try world.answer { broker.redrive(group, RedriveRequest(), sink: InlineSink(), $0) }
      }
    }
    world.files.faults.clear()
    let result = try world.answer {
      broker.redrive(group, RedriveRequest(), sink: InlineSink(), $0)
    }
    #expect(result.remaining == 0)
    for name in names { #expect(try broker.topic(name).records == 2) }
  }
}
