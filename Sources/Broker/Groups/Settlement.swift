/// What becomes of leased messages.
public enum Settlement: Sendable, Equatable {
  /// They are done.
  case ack
  /// They are given back, to be delivered again after so many milliseconds; `nil` for what the
  /// group's ladder says.
  case nack(delayMilliseconds: Int64?)
  /// They are moved to the dead letters.
  case bury
  /// Their lease ends so many milliseconds from now.
  case extend(leaseMilliseconds: Int64)
}
