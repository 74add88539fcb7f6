/// Which dead letters are sent back.
public struct RedriveRequest: Sendable {
  /// How many at most.
  public var max = Int.max
  /// Only those that came from this topic.
  public var topic: String?
  /// Only those with this tag.
  public var tag: String?
  /// Only those that died for this reason.
  public var reason: DeadLetterReason?

  /// All of them.
  public init() {}
}
