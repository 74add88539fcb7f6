import Log

/// How a group stands in one partition.
public struct GroupStanding: Sendable {
  /// The topic.
  public let topic: String
  /// The partition's number.
  public let partition: Int
  /// How far the log has come.
  public let offsets: LogOffsets
  /// Everything before it is done.
  public let floor: Int64
  /// The first offset that was never leased.
  public let next: Int64
  /// Messages that were leased and not answered for.
  public let inFlight: Int
  /// Messages that wait for their next delivery.
  public let waiting: Int
  /// Messages on their way to the dead letters.
  public let dying: Int
  /// When the oldest message that is not done was first delivered; `nil` if there is none.
  public let oldestDelivery: Int64?
  /// What happened since the server started.
  public let counts: GroupCounts

  /// Messages that are not done, begun or not. Those that a tag passes over count until they are
  /// passed.
  public var lag: Int {
    inFlight + waiting + dying + max(0, Int(offsets.highWatermark.value - next))
  }
}
