import Log

/// What a receive still wants, and what it has got.
struct LeaseWish {
  /// After so many messages that come again and were not wanted, a receive looks no further.
  static let passedMax = 1000
  /// After so many batches of new messages that were not wanted, a receive looks no further.
  static let batchesPassedMax = 1 << 14

  let config: GroupConfig
  let now: Int64
  /// In milliseconds.
  let lease: Int64
  let tags: [Tag]?
  private(set) var records: Int
  private(set) var bytes: Int
  private(set) var parts: [LeasedPart] = []
  /// True when new messages were passed over, and there may be wanted ones behind them.
  var isUnfinished = false
  /// The first reason why messages could not be leased that were to be.
  private(set) var failure: LogError?
  private let fewRuns: Bool
  private var runs = 0

  init(_ request: ReceiveRequest, config: GroupConfig, now: Int64) {
    self.config = config
    self.now = now
    lease = request.leaseMilliseconds ?? config.leaseMilliseconds
    tags = request.tags ?? config.tags
    records = request.maxRecords
    bytes = request.maxBytes
    fewRuns = request.fromOnePartition
  }

  /// True when nothing more is wanted, or to be looked for now.
  var isFull: Bool {
    records <= 0 || bytes <= 0 || isUnfinished || fewRuns && runs >= Receipt.itemsMax
  }

  func leased(_ range: Range<Int64>, attempt: UInt16, of batch: Range<Offset>) -> LeasedRun {
    LeasedRun(
      range: range, attempt: attempt,
      isWhole: range == batch.lowerBound.value..<batch.upperBound.value)
  }

  /// True when batches should be leased whole, even if they hold more messages than were asked for.
  var wantsWholeBatches: Bool { fewRuns }

  /// Messages could not be leased: others may be.
  mutating func meet(_ error: LogError) { failure = failure ?? error }

  mutating func add(_ slice: LogSlice, _ leased: [LeasedRun], of partition: GroupPartition) {
    parts.append(
      LeasedPart(
        topic: partition.topic, partition: partition.number, slice: slice, runs: leased,
        id: partition.id, epoch: partition.progress.epoch))
    let count = leased.reduce(0) { $0 + $1.range.count }
    partition.counts.delivered += count
    records -= count
    bytes -= slice.bytes
    runs += leased.count
  }
}
