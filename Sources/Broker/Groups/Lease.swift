/// What a receive got.
public struct Lease: Sendable {
  /// What was leased, partition by partition; none when nothing was free.
  public let parts: [LeasedPart]
  /// True when the search stopped because it took long: whoever got nothing looks again at once.
  public let isUnfinished: Bool
  /// How often waiters had been woken by then: tells `hold` whether something has happened since.
  let wakes: Int
  /// Up to where messages that come again were looked for, by the partitions' numbers in the group.
  let searched: [UInt32: Int64]

  /// The partitions, by the same numbers, whose next messages' keys are looked up once, the gap's
  /// among them.
  let learned: Set<UInt32>
  /// What must be known before anything can be leased, by way of `learnKeys`; nothing was then.
  public let gap: KeyGap?

  /// The same lease with some of its messages.
  public func with(_ parts: [LeasedPart]) -> Lease {
    Lease(
      parts: parts, isUnfinished: isUnfinished, wakes: wakes, searched: searched,
      learned: learned, gap: gap)
  }

  /// How many messages were leased.
  public var count: Int { parts.reduce(0) { $0 + $1.count } }
}
