import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// Groups when topics change or go, with the broker's own threads.
@Suite struct GroupTopicTests {
  private final class World {
    let directory = TemporaryDirectory()
    let clock = ManualClock()
    let files = FaultyFileSystem()
    let data: DataDirectory
    let broker: Broker

    init() throws {
      data = try DataDirectory(
        directory.path, openFiles: OpenFiles(files), clock: clock,
        metrics: LogMetrics(MetricsRegistry())
      ) { _ in }
      broker = try Broker(engine: data, clock: clock, limits: BrokerLimits()) { _ in }
    }

    func stop() {
      broker.stop()
      data.close()
    }

    @discardableResult
    func answer<Value: Sendable, Failure: Error>(
      _ ask: (@escaping @Sendable (Result<Value, Failure>) -> Void) -> Void
    ) throws -> Value {
      let mailbox = Mailbox<Result<Value, Failure>>()
      ask { mailbox.post($0) }
      broker.wakeWriter()
      var answers: [Result<Value, Failure>] = []
      _ = mailbox.take(into: &answers, until: nil)
      return try answers[0].get()
    }

    func makeTopic(_ name: String = "t") throws {
      let config = TopicConfig(log: LogSettings(durability: .memory))
      try answer {
        broker.createTopic(name, partitions: 1, config: config, sink: InlineSink(), $0)
      }
      let builder = BatchBuilder()
      Array("a".utf8).withUnsafeBytes {
        builder.append(key: nil, value: $0, headers: RecordHeaders(), timestamp: 1)
      }
      let log = try broker.topic(name).partition(0)
      try answer {
        log.append(
          builder.finish(), acknowledgement: .committed, sink: InlineSink(), completion: $0)
      }
    }

    func lease(_ topics: [String] = ["t"]) throws -> Lease {
      try broker.groups.findOrMake("g").receive(
        ReceiveRequest(
          topics: topics.map { try broker.topic($0) }, tags: nil, maxRecords: 10, maxBytes: 1 << 20,
          leaseMilliseconds: nil, fromOnePartition: false), now: clock.wallMilliseconds())
    }
  }

  @Test func aLongPollHearsOfPartitionsThatAreAdded() throws {
    let world = try World()
    defer { world.stop() }
    try world.makeTopic()
    #expect(try world.lease().count == 1)
    let empty = try world.lease()
    let fired = Lock(false)
    let waiter = LogWaiter(sink: InlineSink()) { fired.withLock { $0 = true } }
    let held = GroupWaiter(waiter, topics: [try world.broker.topic("t")])
    #expect(try world.broker.groups.group("g").hold(held, after: empty))
    try world.answer {
      world.broker.changeTopic("t", partitions: 2, sink: InlineSink(), edit: { _ in }, $0)
    }
    #expect(fired.withLock { $0 })
  }

  /// A topic is gone also where its files cannot be removed.
  @Test func aTopicThatWentBadlyIsForgotten() throws {
    let world = try World()
    defer { world.stop() }
    try world.makeTopic()
    #expect(try world.lease().count == 1)
    // Nothing can be moved to where removed logs go.
    let place = world.directory.path("removed")
    try DiskFileSystem().removeTree(place)
    _ = try DiskFile(place, .createOrOpen)
    #expect(throws: BrokerError.self) {
      try world.answer { world.broker.deleteTopic("t", sink: InlineSink(), $0) }
    }
    try DiskFileSystem().removeFile(place)
    try world.makeTopic()
    #expect(try world.lease().count == 1)
  }

  /// What a redrive has sent is not sent again because something else could not be.
  @Test func whatWasSentBackStaysSent() throws {
    let world = try World()
    defer { world.stop() }
    let names = ["t", "u", "v", "w"]
    for name in names { try world.makeTopic(name) }
    let lease = try world.lease(names)
    #expect(lease.count == 4)
    let group = try world.broker.groups.group("g")
    try world.answer {
      _ = group.settle(
        GroupWorld.receipts(lease), .bury, now: world.clock.wallMilliseconds(), random: 0,
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
