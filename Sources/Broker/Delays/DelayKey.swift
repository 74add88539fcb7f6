/// What tells a delayed record from all others, and orders them: when it is due, and its number
/// among all records ever delayed.
public struct DelayKey: Comparable, Hashable, Sendable {
  /// When it is due, in milliseconds since 1970.
  public let due: Int64
  /// Counted from 0 in the order of arrival.
  public let number: UInt64

  /// The key of that record.
  public init(due: Int64, number: UInt64) {
    (self.due, self.number) = (due, number)
  }

  /// Comes before all others.
  static let lowest = DelayKey(due: .min, number: 0)
  /// Comes behind all others.
  static let highest = DelayKey(due: .max, number: .max)

  /// The key right behind this one.
  var next: DelayKey {
    number == .max
      ? DelayKey(due: due + 1, number: 0) : DelayKey(due: due, number: number + 1)
  }

  /// The key right before this one.
  var previous: DelayKey {
    number == 0
      ? DelayKey(due: due - 1, number: .max) : DelayKey(due: due, number: number - 1)
  }

  /// The earlier one is handed over first; of those due at the same time, the one that came first.
  public static func < (left: Self, right: Self) -> Bool {
    left.due != right.due ? left.due < right.due : left.number < right.number
  }

  /// The key as clients see it: opaque to them.
  public var id: String { String(due, radix: 16) + "-" + String(number, radix: 16) }

  /// The key that an id stands for, or `nil` for a text that is no id.
  public init?(id: String) {
    let parts = id.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let due = Int64(parts[0], radix: 16), due >= 0,
      let number = UInt64(parts[1], radix: 16)
    else { return nil }
    self.init(due: due, number: number)
    // One text a key: no sign, no zeros in front, no capitals.
    guard self.id == id else { return nil }
  }
}
