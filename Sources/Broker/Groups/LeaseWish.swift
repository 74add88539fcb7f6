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
  /// True when messages were passed over, and there may be wanted ones behind them.
  var isUnfinished = false
  /// Up to where messages that come again were looked for, when there are too many for one look. A
  /// partition that has no place here is looked at from the one that has waited longest on.
  private(set) var searched: [UInt32: Int64]
  /// The keys of these partitions' next messages were just looked up.
  let learned: Set<UInt32>
  /// What must be known first.
  private(set) var gap: KeyGap?
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
    searched = request.searched
    learned = request.learned
  }

  /// True when nothing more is wanted, or to be looked for now.
  var isFull: Bool {
    records <= 0 || bytes <= 0 || isUnfinished || runsLeft <= 0
  }

  /// How many runs the answer may still get.
  var runsLeft: Int { fewRuns ? Receipt.itemsMax - runs : .max }

  /// Messages that come again were looked for up to an offset, and there may be others behind it.
  mutating func interrupt(_ partition: GroupPartition, at offset: Int64) {
    searched[partition.id] = offset
    isUnfinished = true
  }

  /// All messages of a partition that come again were looked at.
  mutating func noteSearched(_ partition: GroupPartition) { searched[partition.id] = .max }

  /// What has come of it.
  func lease(isUnfinished: Bool, wakes: Int) -> Lease {
    Lease(
      parts: parts, isUnfinished: isUnfinished, wakes: wakes, searched: searched,
      learned: gap.map { learned.union([$0.id]) } ?? learned, gap: gap)
  }

  func leased(_ range: Range<Int64>, attempt: UInt16, of batch: Range<Offset>) -> LeasedRun {
    LeasedRun(
      range: range, attempt: attempt,
      isWhole: range == batch.lowerBound.value..<batch.upperBound.value)
  }

  /// True when batches should be leased whole, even if they hold more messages than were asked for.
  var wantsWholeBatches: Bool { fewRuns }

  /// Keys must be known before a partition's messages can be leased. What was leased of others is
  /// answer enough.
  mutating func ask(_ gap: KeyGap) { if parts.isEmpty { self.gap = gap } }

  /// Messages could not be leased: others may be.
  mutating func meet(_ error: LogError) { failure = failure ?? error }

  mutating func add(_ slice: LogSlice, _ leased: [LeasedRun], of partition: GroupPartition) {
    parts.append(
      LeasedPart(
        topic: partition.topic, partition: partition.number, slice: slice, runs: leased,
        id: partition.id, epoch: partition.progress.epoch))
    var count = 0
    for run in leased {
      count += run.range.count
      if run.attempt > 1 { partition.counts.redelivered += run.range.count }
    }
    partition.counts.delivered += count
    records -= count
    bytes -= slice.bytes
    runs += leased.count
  }
}
