import Log

/// What a receive leased of one partition at one go: byte ranges, and which messages in them.
public struct LeasedPart: Sendable {
  /// The topic.
  public let topic: String
  /// The partition's number.
  public let partition: Int
  /// Whole batches; they may hold more messages than were leased.
  public let slice: LogSlice
  /// The leased messages, by offset.
  public let runs: [LeasedRun]
  let id: UInt32
  let epoch: UInt32

  /// How many messages were leased.
  public var count: Int { runs.reduce(0) { $0 + $1.range.count } }

  /// Those of the messages whose offsets are among these; `nil` for none.
  public func cut(to offsets: Range<Int64>) -> LeasedPart? {
    let runs = runs.compactMap { $0.cut(to: offsets) }
    guard !runs.isEmpty else { return nil }
    return LeasedPart(
      topic: topic, partition: partition, slice: slice, runs: runs, id: id, epoch: epoch)
  }
}
