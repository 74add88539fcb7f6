import Log

/// What became of a transaction's records for one partition.
public enum LaneFate: Sendable, Equatable {
  /// Nothing yet: the transaction is undecided, or was rolled back.
  case open
  /// They are to be appended; the log ended at `from` or behind it when that was decided. Those
  /// that are delivered later have no log, and 0 there.
  case pending(from: Offset)
  /// They wait to be delivered, or were since: the first one's number, the others follow; and when
  /// the first ones are due, a single time if that is the same for all of them. No times if too
  /// many others were remembered since.
  case scheduled(first: UInt64, dues: [Int64])
  /// They stand in the log from this offset on.
  case stored(Offset)
  /// The topic was deleted, and they with it.
  case dropped
}
