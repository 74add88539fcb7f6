/// A moment at which something becomes of messages: valid as long as their runs still bear it.
struct Due: Comparable, Hashable, Sendable {
  /// In milliseconds since 1970.
  var time: Int64
  /// The first message.
  var offset: Int64
  /// How many messages.
  var count: UInt32

  /// Their offsets.
  var range: Range<Int64> { offset..<(offset + Int64(count)) }

  /// The earlier one comes first; of two at once, the lower offset.
  static func < (left: Self, right: Self) -> Bool {
    (left.time, left.offset) < (right.time, right.offset)
  }
}
