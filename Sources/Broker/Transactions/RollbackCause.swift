/// Why a transaction was rolled back.
public enum RollbackCause: UInt8, Sendable, CaseIterable {
  /// A client said so.
  case client = 1
  /// It was offered for checking as often as it is, and nobody decided.
  case checks = 2
  /// It became too old, and too few had looked.
  case age = 3
  /// Receipts that it was to ack were not good any more.
  case receipts = 4

  /// The word that clients and metrics see.
  public var word: String {
    switch self {
    case .client: "client"
    case .checks: "checks"
    case .age: "age"
    case .receipts: "receipts"
    }
  }
}
