/// What a log remembers of a producer's request, to give a repeat the first answer.
public struct RememberedRequest: Sendable, Equatable {
  /// Which of the producer's requests it was.
  public let sequence: Int32
  /// How many of its records this log holds.
  public let count: Int32
  /// The first one's offset.
  public let baseOffset: Offset
  /// The latest time in its first batch, in milliseconds since 1970.
  public let timestamp: Int64

  /// So many records from that offset on.
  public init(sequence: Int32, count: Int32, baseOffset: Offset, timestamp: Int64) {
    (self.sequence, self.count) = (sequence, count)
    (self.baseOffset, self.timestamp) = (baseOffset, timestamp)
  }
}
