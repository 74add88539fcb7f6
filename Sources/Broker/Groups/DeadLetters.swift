/// A look at a group's dead letters.
public struct DeadLetters: Sendable {
  /// The letters; `nil` if there are none.
  public let part: LeasedPart?
  /// Where to look on.
  public let nextOffset: Int64
  /// How many there are in all.
  public let total: Int
}
