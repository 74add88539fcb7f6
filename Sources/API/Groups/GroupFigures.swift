import Broker

/// How a group stands in a topic, summed up over its partitions.
struct GroupFigures: Sendable {
  var lag = 0
  var inFlight = 0
  var waiting = 0
  /// Since the first delivery of the oldest message that is not done.
  var oldestMilliseconds = 0
  var counts = GroupCounts()

  init() {}

  init(_ standing: GroupStanding, now: Int64) {
    lag = standing.lag
    inFlight = standing.inFlight
    waiting = standing.waiting + standing.dying
    oldestMilliseconds = standing.oldestDelivery.map { Int(max(0, now - $0)) } ?? 0
    counts = standing.counts
  }

  static func + (left: Self, right: Self) -> Self {
    var sum = GroupFigures()
    sum.lag = left.lag + right.lag
    sum.inFlight = left.inFlight + right.inFlight
    sum.waiting = left.waiting + right.waiting
    sum.oldestMilliseconds = max(left.oldestMilliseconds, right.oldestMilliseconds)
    sum.counts = left.counts + right.counts
    return sum
  }
}
