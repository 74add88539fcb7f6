/// What a receive got.
public struct Lease: Sendable {
  /// What was leased, partition by partition; none when nothing was free.
  public let parts: [LeasedPart]
  /// How often waiters had been woken by then: tells `hold` whether something has happened since.
  let wakes: Int

  /// How many messages were leased.
  public var count: Int { parts.reduce(0) { $0 + $1.count } }
}
