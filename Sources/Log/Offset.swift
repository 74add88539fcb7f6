/// A record's place in its partition: 0 for the first ever stored, one more for each record after
/// it.
public struct Offset: Comparable, Hashable, Sendable, CustomStringConvertible {
  /// The number itself, never below zero.
  public let value: Int64

  /// The offset with that number.
  @inlinable public init(_ value: Int64) { self.value = value }

  /// The first offset of all.
  public static let zero = Offset(0)

  /// The lower offset comes first.
  @inlinable public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

  /// The offset so many records further on.
  @inlinable public static func + (offset: Offset, count: Int) -> Offset {
    Offset(offset.value + Int64(count))
  }

  /// How many records lie between two offsets.
  @inlinable public static func - (left: Offset, right: Offset) -> Int {
    Int(left.value - right.value)
  }

  /// The number in digits.
  public var description: String { String(value) }

  /// The number in the twenty digits that begin a segment's file names, as Kafka writes them.
  public var fileStem: String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }
}
