/// How transactions stand, all in all.
public struct TransactionStanding: Sendable {
  /// Transactions that are undecided.
  public let undecided: Int
  /// When the oldest of them was prepared, in milliseconds since 1970; `nil` if there is none.
  public let oldestPreparedAt: Int64?
  /// Bytes of those that are undecided or not stored yet.
  public let bytes: Int
  /// Transactions that are committed and could not be stored yet.
  public let committing: Int
  /// What happened since the server started.
  public let counts: TransactionCounts
}
