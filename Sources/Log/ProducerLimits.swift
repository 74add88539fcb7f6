/// How much a log remembers of its producers.
public struct ProducerLimits: Sendable, Equatable {
  /// Producers remembered by each log; with more, the longest silent one is forgotten first.
  public var countMax: Int
  /// How long a producer may be silent before it is forgotten, in milliseconds.
  public var expiryMilliseconds: Int64

  /// 10,000 producers, for a week.
  public init(countMax: Int = 10_000, expiryMilliseconds: Int64 = 604_800_000) {
    (self.countMax, self.expiryMilliseconds) = (countMax, expiryMilliseconds)
  }
}
