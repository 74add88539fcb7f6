/// What a copy strategy has cost since the start, hot and cold pages together.
public struct StrategyPrice: Sendable {
  /// The strategy.
  public let strategy: CopyStrategy
  /// File bytes delivered.
  public let bytes: UInt64
  /// System calls that looked for, read or sent them.
  public let systemCalls: UInt64
  /// CPU time in user mode, in microseconds.
  public let userMicroseconds: UInt64
  /// CPU time in the kernel, in microseconds.
  public let systemMicroseconds: UInt64
  /// Time from the first to the last byte of each delivery, all added up, in nanoseconds: the
  /// clients' slowness is in it.
  public let deliveryNanoseconds: UInt64
  /// Page faults, minor and major.
  public let pageFaults: UInt64
  /// Context switches, voluntary and not.
  public let contextSwitches: UInt64
}
