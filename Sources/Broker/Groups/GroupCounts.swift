/// What happened to a group's messages in a partition since the server started.
public struct GroupCounts: Sendable, Equatable {
  /// Messages delivered, each time counted.
  public var delivered = 0
  /// Messages delivered that had been delivered before.
  public var redelivered = 0
  /// Messages acked.
  public var acked = 0
  /// Messages given back.
  public var nacked = 0
  /// Messages whose lease ended without an answer.
  public var expired = 0
  /// Messages moved to the dead letters.
  public var dead = 0
  /// Messages that retention or truncation deleted before they were acked.
  public var lost = 0

  /// Nothing yet.
  public init() {}

  /// The sums.
  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.delivered += right.delivered
    sum.redelivered += right.redelivered
    sum.acked += right.acked
    sum.nacked += right.nacked
    sum.expired += right.expired
    sum.dead += right.dead
    sum.lost += right.lost
    return sum
  }
}
