/// What became of a request's records that are delivered later.
public struct ScheduleOutcome: Sendable {
  /// How many were stored.
  public private(set) var count = 0
  /// The first ones' keys, in the order in which they came.
  public private(set) var keys: [DelayKey] = []
  /// True when they were stored already, from the first time the request came.
  public private(set) var isDuplicate = false
  /// Why the others were not stored.
  public var failure: BrokerError?

  /// Nothing yet.
  init() {}

  /// What became of a request when it came first.
  init(_ first: DelayedRequest) {
    count = first.count
    keys = first.keys
    isDuplicate = true
  }

  mutating func add(_ records: DelayedRecords, first: UInt64) {
    count += records.count
    for (index, due) in records.dues.enumerated() {
      guard keys.count < DelayedRecords.listedMax else { return }
      keys.append(DelayKey(due: due, number: first + UInt64(index)))
    }
  }
}
