/// How the delayed records stand.
public struct DelayCounts: Sendable, Equatable {
  /// How many wait.
  public var waiting = 0
  /// When the next one is due, in milliseconds since 1970; `nil` if none waits.
  public var nextDue: Int64?
  /// Bytes of all files that hold delayed records and what is known of them, without the journal.
  public var diskBytes = 0
}
