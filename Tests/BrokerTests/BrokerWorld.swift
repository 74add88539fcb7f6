import Log
import Metrics
import Platform
import Support

@testable import Broker

/// A whole broker with its own threads, over a directory that may be copied as a kill would leave
/// it; time passes when a test says so.
struct BrokerWorld {
  let directory: TemporaryDirectory
  let clock: ManualClock
  let files: FaultyFileSystem
  let data: DataDirectory
  let broker: Broker

  init(
    in directory: TemporaryDirectory = TemporaryDirectory(), clock: ManualClock = ManualClock()
  ) throws {
    self.directory = directory
    self.clock = clock
    files = FaultyFileSystem()
    data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: clock,
      metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    broker = try Broker(engine: data, clock: clock, limits: BrokerLimits()) { _ in }
  }

  var now: Int64 { clock.wallMilliseconds() }

  func stop() {
    broker.stop()
    data.close()
  }

  /// What the next server finds when this one is killed now.
  func killed() throws -> BrokerWorld {
    let copy = try directory.copy()
    stop()
    return try BrokerWorld(in: copy, clock: clock)
  }

  func log(_ topic: String) throws -> any RecordLog { try broker.topic(topic).partition(0) }

  /// Waits for an answer.
  @discardableResult
  func answer<Value: Sendable, Failure: Error>(
    _ ask: (@escaping @Sendable (Result<Value, Failure>) -> Void) throws -> Void
  ) throws -> Value {
    let mailbox = Mailbox<Result<Value, Failure>>()
    try ask { mailbox.post($0) }
    broker.wakeWriter()
    var answers: [Result<Value, Failure>] = []
    _ = mailbox.take(into: &answers, until: nil)
    return try answers[0].get()
  }

  /// Makes a topic of one partition that keeps what it gets in memory.
  @discardableResult
  func makeTopic(_ name: String = "t", retentionMilliseconds: Int64? = nil) throws -> Topic {
    var settings = LogSettings(durability: .memory)
    settings.retentionMilliseconds = retentionMilliseconds
    let config = TopicConfig(log: settings)
    return try answer {
      broker.createTopic(name, partitions: 1, config: config, sink: InlineSink(), $0)
    }.topic
  }
}
