/// Records that a read was to begin with and passed over because they cannot be read.
public struct PassedDamage: Sendable {
  /// Why they cannot: of the first of them, where there are several reasons.
  public let error: LogError
  /// The offset behind them.
  public let end: Offset
}
