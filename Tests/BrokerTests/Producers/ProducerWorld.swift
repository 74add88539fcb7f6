import Log
import Metrics
import Platform
import Support

@testable import Broker

/// A topic over real logs, to which producers send numbered requests from one loop.
final class ProducerWorld {
  /// What became of a request.
  struct Answer: Equatable {
    /// By partition: base offset, count, and whether it stood there already.
    var stored: [Int: Stored] = [:]
    var failed: [Int: LogError] = [:]
    var refusal: BrokerError?

    var isDuplicate: Bool {
      refusal == nil && failed.isEmpty && stored.values.allSatisfy(\.isDuplicate)
    }
    var isWhole: Bool { refusal == nil && failed.isEmpty }
    /// Where what stands, however often it was sent.
    var places: [Int: [Int64]] { stored.mapValues { [$0.base, Int64($0.count)] } }
  }

  struct Stored: Equatable {
    let base: Int64
    let count: Int
    let isDuplicate: Bool
  }

  let directory: TemporaryDirectory
  let clock: ManualClock
  let files = FaultyFileSystem()
  let metrics = LogMetrics(MetricsRegistry())
  let data: DataDirectory
  let catalog: Catalog
  let delays: Delays
  private let sink = PumpedSink()
  private let limits: ProducerLimits

  init(
    partitions: Int = 2, in directory: TemporaryDirectory = TemporaryDirectory(),
    clock: ManualClock = ManualClock(), limits: ProducerLimits = ProducerLimits()
  ) throws {
    self.directory = directory
    self.clock = clock
    self.limits = limits
    data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: clock, metrics: metrics, producers: limits
    ) { _ in }
    var all = BrokerLimits()
    all.producers = limits
    catalog = try Catalog(engine: data, clock: clock, limits: all) { _ in }
    if catalog.topics["t"] == nil {
      _ = try catalog.create("t", partitions: partitions, config: TopicConfig())
    }
    let topics = catalog.topics
    delays = try Delays(
      engine: data, clock: clock, topics: topics, limits: all,
      metrics: DelayMetrics(MetricsRegistry()), topicNamed: { topics[$0] }, report: { _ in })
  }

  deinit { delays.stop() }

  var topic: Topic { catalog.topics["t"]! }

  /// What the next server finds when this one is killed.
  func killed(
    _ change: (TemporaryDirectory) throws -> Void = { _ in }
  ) throws -> ProducerWorld {
    let left = try directory.copy()
    data.close()
    try change(left)
    return try ProducerWorld(in: left, clock: clock, limits: limits)
  }

  func grow(to partitions: Int) throws {
    _ = try catalog.change("t", partitions: partitions, config: TopicConfig())
  }

  /// Has writes to one partition fail for want of room.
  func fill(_ partition: Int) {
    files.faults.fail(.write, suffix: "t-\(partition)/00000000000000000000.log", code: 28)
  }

  /// A request under way.
  final class Request {
    fileprivate let production: Production
    fileprivate(set) var answer: Answer?
    fileprivate init(_ production: Production) { self.production = production }
  }

  /// Hands a request over; `parts` says how many records go to which partition, and `nil` stands
  /// for one that is given none.
  func begin(
    _ id: Int64, _ sequence: Int32, epoch: Int16 = 0, _ parts: [Int?: Int] = [0: 1],
    keys: [String] = [], acks: AppendRequest.Acknowledgement = .committed
  ) throws -> Request {
    let production = Production(
      topic, acknowledgement: acks, timestamp: clock.wallMilliseconds(), delays: delays,
      limits: BrokerLimits(), sink: sink,
      stamp: ProducerStamp(id: id, epoch: epoch, sequence: sequence))
    for (partition, count) in parts {
      for index in 0..<count {
        try add("\(id) \(epoch) \(sequence) \(index)", key: nil, to: production, partition)
      }
    }
    for key in keys { try add(key, key: key, to: production, nil) }
    let request = Request(production)
    production.finish { outcomes in
      var answer = Answer(refusal: production.refusal)
      for outcome in outcomes {
        switch outcome.result {
        case .success(let one):
          answer.stored[outcome.partition] = Stored(
            base: one.baseOffset.value, count: one.count, isDuplicate: one.isDuplicate)
        case .failure(let error): answer.failed[outcome.partition] = error
        }
      }
      request.answer = answer
    }
    data.wakeWriter()
    return request
  }

  private func add(
    _ value: String, key: String?, to production: Production, _ partition: Int?
  ) throws {
    try Array(value.utf8).withUnsafeBytes { value in
      try production.add(
        key: key == nil ? nil : value, value: value, headers: RecordHeaders(), timestamp: nil,
        partition: partition)
    }
  }

  /// Waits for requests that are under way, in whatever order they are answered.
  func finish(_ requests: [Request]) -> [Answer] {
    for request in requests {
      request.production.onTurn = { [data] in data.wakeWriter() }
    }
    sink.run { requests.allSatisfy { $0.answer != nil } }
    return requests.map { $0.answer! }
  }

  /// Sends a request and waits for its answer.
  func send(
    _ id: Int64, _ sequence: Int32, epoch: Int16 = 0, _ parts: [Int?: Int] = [0: 1],
    keys: [String] = [], acks: AppendRequest.Acknowledgement = .committed
  ) throws -> Answer {
    finish([try begin(id, sequence, epoch: epoch, parts, keys: keys, acks: acks)])[0]
  }

  /// How many records each partition holds.
  var counts: [Int] {
    topic.partitions.map { Int($0.offsets.logEnd.value) }
  }
}
