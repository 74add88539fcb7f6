import Foundation
import Log
import Metrics
import Platform
import Support

@testable import Broker

/// Delayed records over real logs in a directory of their own; time passes when a test says so.
final class DelayWorld {
  let directory: TemporaryDirectory
  let clock: ManualClock
  let files: any FileSystem
  let crowdedEntries: Int
  let data: DataDirectory
  let catalog: Catalog
  let delays: Delays
  private let standing: Lock<[String: Topic]>
  private var isStopped = false

  init(
    in directory: TemporaryDirectory = TemporaryDirectory(), clock: ManualClock = ManualClock(),
    files: any FileSystem = DiskFileSystem(), limits: BrokerLimits = BrokerLimits(),
    crowdedEntries: Int = DelayStore.crowdedEntriesByDefault,
    placesMax: Int = DelayRounds.placesMaxByDefault,
    placing: ([String: Topic]) -> [String: Topic] = { $0 }
  ) throws {
    self.directory = directory
    self.clock = clock
    self.files = files
    self.crowdedEntries = crowdedEntries
    let data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: clock,
      metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    self.data = data
    catalog = try Catalog(engine: data, clock: clock, limits: limits) { _ in }
    let standing = Lock(placing(catalog.topics))
    self.standing = standing
    delays = try Delays(
      engine: data, clock: clock, topics: standing.withLock { $0 }, limits: limits,
      metrics: DelayMetrics(MetricsRegistry()), crowdedEntries: crowdedEntries,
      placesMax: placesMax, topicNamed: { name in standing.withLock { $0[name] } }, report: { _ in }
    )
  }

  deinit { stop() }

  var now: Int64 { clock.wallMilliseconds() }

  func make(_ name: String, partitions: Int = 1) throws {
    let config = TopicConfig(log: LogSettings(durability: .memory))
    let topic = try catalog.create(name, partitions: partitions, config: config).topic
    standing.withLock { $0[name] = topic }
  }

  func delete(_ name: String) throws {
    try catalog.delete(name)
    standing.withLock { $0[name] = nil }
    try delays.forget(topic: name) { data.wakeWriter() }
  }

  /// Puts another topic in the place of the one with its name.
  func place(_ topic: Topic) { standing.withLock { $0[topic.name] = topic } }

  func hasTopic(_ name: String) -> Bool { standing.withLock { $0[name] != nil } }

  func topic(_ name: String) throws -> Topic {
    guard let topic = standing.withLock({ $0[name] }) else {
      throw BrokerError.topicNotFound(name)
    }
    return topic
  }

  /// Delays values and gives their keys.
  @discardableResult
  func add(
    _ values: [(value: String, due: Int64, partition: Int)], to name: String,
    acknowledgement: AppendRequest.Acknowledgement = .committed, stamp: ProducerStamp? = nil
  ) throws -> [DelayKey] {
    let records = DelayWorld.records(values)
    let topic = try topic(name)
    let first: UInt64 = try wait { completion in
      delays.add(
        records, to: topic, stamp: stamp, acknowledgement: acknowledgement, sink: InlineSink(),
        completion)
    }
    return values.enumerated().map { index, value in
      DelayKey(due: value.due, number: first + UInt64(index))
    }
  }

  /// Delays values and does not wait for the answer, which comes to be in what is given.
  func addUnanswered(
    _ values: [(value: String, due: Int64, partition: Int)], to name: String
  ) throws -> Lock<Result<UInt64, BrokerError>?> {
    let answer = Lock<Result<UInt64, BrokerError>?>(nil)
    delays.add(
      DelayWorld.records(values), to: try topic(name), acknowledgement: .committed,
      sink: InlineSink()
    ) { outcome in answer.withLock { $0 = outcome } }
    data.wakeWriter()
    return answer
  }

  private static func records(
    _ values: [(value: String, due: Int64, partition: Int)]
  ) -> DelayedRecords {
    let records = DelayedRecords()
    for (value, due, partition) in values {
      Array(value.utf8).withUnsafeBytes { bytes in
        records.append(
          due: due, partition: partition, key: nil, value: bytes, headers: RecordHeaders(),
          timestamp: nil)
      }
    }
    return records
  }

  func cancel(_ key: DelayKey) throws {
    let _: Void = try wait { delays.cancel(key, sink: InlineSink(), $0) }
  }

  /// Lets time pass, and everything happen that is due by then.
  func pass(milliseconds: Int) {
    delays.settle()
    clock.advance(milliseconds: milliseconds)
    delays.settle()
  }

  /// Everything that waits, page by page.
  func waiting(_ topic: String? = nil, limit: Int = 7) throws -> [DelayedRecord] {
    var request = DelayPage.Request()
    request.topic = topic
    request.max = limit
    var records: [DelayedRecord] = []
    while true {
      let page = try delays.page(request, bytesMax: 1 << 20)
      records += page.records
      guard let after = page.nextAfter else { return records }
      request.after = after
    }
  }

  /// The values of a partition, in order.
  func delivered(_ name: String, _ number: Int = 0) throws -> [String] {
    try records(name, number).map(\.value)
  }

  /// The values and times of a partition, in order.
  func records(_ name: String, _ number: Int = 0) throws -> [(value: String, time: Int64)] {
    let log = try topic(name).partition(number)
    var found: [(value: String, time: Int64)] = []
    var next = log.offsets.logStart
    while next < log.offsets.highWatermark {
      let slice = try log.read(ReadRequest(offset: next, maxBytes: 1 << 20))
      let reader = SliceReader(slice)
      while let (header, bytes) = try reader.nextWaiting() {
        var records = try RecordReader(bytes, header: header)
        while let record = try records.next() {
          let value = String(decoding: record.value ?? .init(start: nil, count: 0), as: UTF8.self)
          found.append((value, record.timestamp))
        }
      }
      next = slice.nextOffset
    }
    return found
  }

  /// What the next server finds when this one stops cleanly.
  func reopened() throws -> DelayWorld {
    stop()
    return try DelayWorld(
      in: directory, clock: clock, files: files, crowdedEntries: crowdedEntries)
  }

  /// What the next server finds when this one is killed.
  func killed() throws -> DelayWorld {
    delays.settle()
    let copy = try directory.copy()
    stop()
    return try DelayWorld(in: copy, clock: clock, crowdedEntries: crowdedEntries)
  }

  func stop() {
    guard !isStopped else { return }
    isStopped = true
    delays.stop()
    data.close()
  }

  private func wait<Value: Sendable>(
    _ body: (@escaping @Sendable (Result<Value, BrokerError>) -> Void) -> Void
  ) throws -> Value {
    let answer = Lock<Result<Value, BrokerError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    body { outcome in
      answer.withLock { $0 = outcome }
      done.signal()
    }
    data.wakeWriter()
    done.wait()
    return try answer.withLock { $0 }!.get()
  }
}
