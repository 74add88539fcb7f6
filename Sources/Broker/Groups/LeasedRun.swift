/// Neighbouring messages that were leased, all for the same time.
public struct LeasedRun: Sendable, Equatable {
  /// Their offsets.
  public let range: Range<Int64>
  /// How often they were delivered, this time included.
  public let attempt: UInt16
  /// True if they are exactly the messages of whole batches.
  public let isWhole: Bool

  /// The part of the run that lies in `offsets`; `nil` for none.
  func cut(to offsets: Range<Int64>) -> LeasedRun? {
    let part = range.clamped(to: offsets)
    if part.isEmpty { return nil }
    return LeasedRun(range: part, attempt: attempt, isWhole: isWhole && part == range)
  }
}
