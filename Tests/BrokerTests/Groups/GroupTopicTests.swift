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
    let data: DataDirectory
    let broker: Broker

    init() throws {
      data = try DataDirectory(
        directory.path, clock: clock, metrics: LogMetrics(MetricsRegistry())
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

    func makeTopic() throws {
      let config = TopicConfig(log: LogSettings(durability: .memory))
      try answer {
        broker.createTopic("t", partitions: 1, config: config, sink: InlineSink(), $0)
      }
      let builder = BatchBuilder()
      Array("a".utf8).withUnsafeBytes {
        builder.append(key: nil, value: $0, headers: RecordHeaders(), timestamp: 1)
      }
      let log = try broker.topic("t").partition(0)
      try answer {
        log.append(
          builder.finish(), acknowledgement: .committed, sink: InlineSink(), completion: $0)
      }
    }

    func lease() throws -> Lease {
      try broker.groups.findOrMake("g").receive(
        ReceiveRequest(
          topics: [broker.topic("t")], tags: nil, maxRecords: 10, maxBytes: 1 << 20,
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
}
