import Platform

/// What a copy strategy cost in the measured rounds of a comparison, all of them together.
public struct CopyCost: Sendable {
  /// The strategy.
  public let strategy: CopyStrategy
  /// Bytes sent.
  public internal(set) var bytes = 0
  /// From the first call to the last byte's arrival, in nanoseconds.
  public internal(set) var nanoseconds: UInt64 = 0
  /// System calls that looked for, read or sent the bytes.
  public internal(set) var systemCalls = 0
  /// CPU time, faults and switches of the sending thread, its waiting for the socket included.
  public internal(set) var usage = ThreadUsage.zero

  init(_ strategy: CopyStrategy) { self.strategy = strategy }

  mutating func add(bytes: Int, nanoseconds: UInt64, usage: ThreadUsage) {
    self.bytes += bytes
    self.nanoseconds += nanoseconds
    self.usage = self.usage + usage
  }
}
