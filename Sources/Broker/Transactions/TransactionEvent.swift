/// What happens to transactions, as their journal keeps it.
enum TransactionEvent: Equatable, Sendable {
  /// What stands in place of a partition for records that are delivered later.
  static let delayedPartition = UInt32.max

  /// Transactions up to this number have been made.
  case counted(Int64)
  /// A transaction is prepared.
  case prepared(TransactionPreparation)
  /// Somebody has looked.
  case checked(number: Int64, checks: Int, next: Int64)
  /// It is decided that it is seen; lane by lane, where.
  case committed(number: Int64, at: Int64, fates: [LaneFate])
  /// Everything stands where it belongs, acks included.
  case done(number: Int64, fates: [LaneFate])
  /// It is decided that it is never seen.
  case rolledBack(number: Int64, at: Int64, RollbackCause)
}
