/// What a body source has after it was asked for more.
public enum BodyStep: Sendable {
  /// There is more to come.
  case more
  /// That was the last piece.
  case end
  /// Nothing for now: the source calls `Exchange.resumeOutput` when there is, and is asked again
  /// once the client has taken everything it was given so far.
  case waiting
  /// The rest cannot be had: the connection is cut, so that nobody takes the body for whole.
  case failed
}
