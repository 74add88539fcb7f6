/// What a segment is, for people: sizes in bytes, times in milliseconds since 1970.
public struct SegmentDescription: Sendable {
  /// The first offset.
  public let baseOffset: Offset
  /// The offset behind the last one.
  public let nextOffset: Offset
  /// The size of the batches.
  public let bytes: Int
  /// The latest record time; `nil` when there is no record.
  public let maxTimestamp: Int64?
  /// True when no batch will be added.
  public let sealed: Bool
}
