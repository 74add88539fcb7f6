import Log
import Platform
import Synchronization

/// A topic as it stands: a name, a config, and a log a partition. Does not change; growing or
/// configuring a topic makes another value that shares the logs.
public final class Topic: Sendable {
  /// Its name.
  public let name: String
  /// How it keeps its records.
  public let config: TopicConfig
  /// The partitions' logs, by number.
  public let partitions: [any RecordLog]
  /// Those who number their requests to it.
  let producers: ProducerSessions
  private let turn: Atomic<Int>

  init(
    name: String, config: TopicConfig, partitions: [any RecordLog], producers: ProducerSessions
  ) {
    self.name = name
    self.config = config
    self.partitions = partitions
    self.producers = producers
    turn = Atomic(0)
  }

  /// True once the topic was deleted, whoever still has it in hand: its first log goes first.
  var isGone: Bool { partitions[0].isClosed }

  /// The log of a partition.
  public func partition(_ number: Int) throws(BrokerError) -> any RecordLog {
    guard partitions.indices.contains(number) else {
      throw .partitionNotFound(number, partitions: partitions.count)
    }
    return partitions[number]
  }

  /// The partition that the next batch without keys goes to: they take turns.
  func nextPartition() -> Int {
    if partitions.count == 1 { return 0 }
    let turn = turn.add(1, ordering: .relaxed).oldValue
    return Int(UInt(bitPattern: turn) % UInt(partitions.count))
  }

  /// The records in all partitions that are visible now.
  public var records: Int {
    partitions.reduce(0) { sum, log in
      let offsets = log.offsets
      return sum + (offsets.highWatermark - offsets.logStart)
    }
  }

  /// The bytes of all partitions.
  public var bytes: Int { partitions.reduce(0) { $0 + $1.bytes } }
}
