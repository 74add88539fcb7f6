/// What happened to transactions since the server started.
public struct TransactionCounts: Sendable, Equatable {
  /// Transactions prepared.
  public var prepared = 0
  /// Transactions whose commit was decided.
  public var committed = 0
  /// Transactions rolled back, by cause.
  public var rolledBack: [RollbackCause: Int] = [:]
  /// Times that somebody looked at one whose check was due.
  public var checks = 0
  /// Records of committed transactions that had no topic to go to any more.
  public var droppedRecords = 0
  /// Commits that could not be stored at once, and further tries that failed.
  public var delays = 0

  /// Nothing yet.
  public init() {}
}
