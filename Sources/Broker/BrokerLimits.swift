import Log

/// How much a broker takes on.
public struct BrokerLimits: Sendable {
  /// Topics at one time.
  public var topicsMax = 10_000
  /// Partitions of one topic.
  public var partitionsPerTopicMax = 1024
  /// Partitions of all topics together; each costs a few KiB of memory, and no descriptor for good.
  public var partitionsMax = 20_000
  /// Bytes that may wait for the log writer before produce answers 429.
  public var queuedBytesMax = 256 << 20
  /// Long polls at one time, before consume answers 429.
  public var waitersMax = 10_000
  /// Consumer groups at one time.
  public var groupsMax = 10_000
  /// Runs of messages that a group may have begun and not finished in one partition: 40 bytes each.
  public var groupRunsMax = 2_000_000
  /// Transactions.
  public var transactions = TransactionLimits()
  /// Delayed records that may wait at one time.
  public var scheduledMax = 100_000_000
  /// How far ahead a record may be delivered, in milliseconds.
  public var delayMillisecondsMax: Int64 = 3650 * 86_400_000
  /// Producers that a topic remembers, and for how long.
  public var producers = ProducerLimits()
  /// Whether a produce to a topic that does not stand makes it.
  public var autoCreatesTopics = true

  /// The defaults.
  public init() {}
}
