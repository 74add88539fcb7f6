import Log

/// What became of a transaction's records for one partition.
public enum LaneFate: Sendable, Equatable {
  /// Nothing yet: the transaction is undecided, or was rolled back.
  case open
  /// They are to be appended; the log ended at `from` or behind it when that was decided.
  case pending(from: Offset)
  /// They stand in the log from this offset on.
  case stored(Offset)
  /// The topic was deleted, and they with it.
  case dropped
}
