/// How far a transaction has come.
public enum TransactionState: String, Sendable {
  /// Stored, seen by nobody, and undecided.
  case prepared
  /// It will be seen for sure, but some of it could not be stored yet.
  case committing
  /// Its records are where they belong.
  case committed
  /// Its records are gone.
  case rolledBack = "rolled_back"
}
