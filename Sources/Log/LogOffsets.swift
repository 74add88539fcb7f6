/// A log's three frontiers at one moment: `logStart ≤ highWatermark ≤ logEnd`.
public struct LogOffsets: Sendable, Equatable {
  /// The first offset that is still there.
  public let logStart: Offset
  /// The first offset that is not yet visible.
  public let highWatermark: Offset
  /// The next record's offset.
  public let logEnd: Offset
}
