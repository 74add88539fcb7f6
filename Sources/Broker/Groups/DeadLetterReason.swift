/// Why a message was moved to the dead letters; the value of the header `sluice-reason`.
public enum DeadLetterReason: String, Sendable {
  /// It was delivered as often as it may be.
  case maxAttempts = "max_attempts"
  /// A consumer said so.
  case rejected
}
