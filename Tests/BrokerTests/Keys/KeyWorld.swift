import Foundation
import Log
import Metrics
import Platform
import Support

@testable import Broker

/// A topic over real logs with records of keys, each of which says where it lies.
final class KeyWorld {
  /// A record that was stored.
  struct Stored: Hashable {
    let partition: Int
    let offset: Int64
    let key: String?
    let tag: String?
    let timestamp: Int64
  }

  private let directory = TemporaryDirectory()
  private let data: DataDirectory
  private let catalog: Catalog
  /// Everything, in the order in which it was stored.
  private(set) var records: [Stored] = []

  init(partitions: Int, segmentBytes: Int = 1 << 30) throws {
    let clock = ManualClock()
    data = try DataDirectory(
      directory.path, clock: clock, metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    catalog = try Catalog(engine: data, clock: clock, limits: BrokerLimits()) { _ in }
    let log = LogSettings(durability: .memory, segmentBytes: segmentBytes)
    _ = try catalog.create("t", partitions: partitions, config: TopicConfig(log: log))
  }

  deinit { data.close() }

  var topic: Topic { catalog.topics["t"]! }

  /// Where Kafka's clients put a key.
  func home(of key: String) -> Int {
    Array(key.utf8).withUnsafeBytes {
      KeyPartitioner.partition(of: $0, partitions: topic.partitions.count)
    }
  }

  /// Stores records as one set of batches, a millisecond after one another.
  func produce(
    _ new: [(key: String?, tag: String?)], to partition: Int, valueBytes: Int = 10
  ) throws {
    let log = topic.partitions[partition]
    let builder = BatchBuilder()
    let base = log.offsets.logEnd.value
    let value = [UInt8](repeating: 7, count: valueBytes)
    for (index, record) in new.enumerated() {
      let stored = Stored(
        partition: partition, offset: base + Int64(index), key: record.key, tag: record.tag,
        timestamp: 1_700_000_000_000 + Int64(records.count))
      let headers = RecordHeaders()
      if let tag = record.tag.flatMap({ Tag($0) }) { headers.setTag(tag) }
      let key = record.key.map { Array($0.utf8) }
      value.withUnsafeBytes { value in
        if let key {
          key.withUnsafeBytes {
            builder.append(key: $0, value: value, headers: headers, timestamp: stored.timestamp)
          }
        } else {
          builder.append(key: nil, value: value, headers: headers, timestamp: stored.timestamp)
        }
      }
      records.append(stored)
    }
    let done = DispatchSemaphore(value: 0)
    log.append(builder.finish(), acknowledgement: .committed, sink: InlineSink()) { _ in
      done.signal()
    }
    data.wakeWriter()
    done.wait()
  }

  /// A search to its end, and how many windows it took.
  func search(
    _ request: KeySearchRequest
  ) throws -> (result: KeySearchResult, windows: Int) {
    var search = try KeySearch(topic, request)
    var windows = 0
    while try search.step({ record in
      let buffer = ByteBuffer(capacity: 16)
      if let value = record.value { buffer.append(value) }
      return buffer
    }) {
      windows += 1
    }
    return (search.result, windows)
  }

  /// All that a search gives, going on until there is nothing left.
  func searchAll(_ request: KeySearchRequest) throws -> (records: [KeyMatch], pages: Int) {
    var request = request
    var found: [KeyMatch] = []
    var pages = 0
    while true {
      let (result, _) = try search(request)
      found += result.records
      pages += 1
      guard let next = result.next, pages < 10_000 else { return (found, pages) }
      request.before = next
    }
  }
}
