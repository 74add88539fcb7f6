/// What a redrive did.
public struct RedriveResult: Sendable {
  /// Letters sent back where they came from.
  public var redriven = 0
  /// Letters whose topic is gone, or that are no dead letters at all: they stay.
  public var failed = 0
  /// Letters that are still there.
  public var remaining = 0
}
