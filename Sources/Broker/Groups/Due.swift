/// A moment at which something becomes of messages: valid as long as their runs still bear it. 20
/// bytes: there may be one for each of a million messages.
struct Due: Comparable, Hashable, Sendable {
  /// A number that lies anywhere in memory, not at multiples of 8 alone.
  private struct Halves: Hashable {
    let high: Int32
    let low: UInt32

    init(_ value: Int64) {
      high = Int32(truncatingIfNeeded: value >> 32)
      low = UInt32(truncatingIfNeeded: value)
    }

    var value: Int64 { Int64(high) << 32 | Int64(low) }
  }

  private let timeHalves: Halves
  private let offsetHalves: Halves
  private let count: UInt32

  /// A moment of `count` messages.
  init(time: Int64, offset: Int64, count: UInt32) {
    timeHalves = Halves(time)
    offsetHalves = Halves(offset)
    self.count = count
  }

  /// When time changes something of a run.
  init(of run: DeliveryRun) { self.init(time: run.due, offset: run.offset, count: run.count) }

  /// One moment for these messages and those of another that follow them and are due with them.
  func joined(with next: Due) -> Due? {
    guard next.time == time, next.offset == range.upperBound else { return nil }
    let (sum, overflow) = count.addingReportingOverflow(next.count)
    return overflow ? nil : Due(time: time, offset: offset, count: sum)
  }

  /// In milliseconds since 1970.
  var time: Int64 { timeHalves.value }
  /// The first message.
  var offset: Int64 { offsetHalves.value }
  /// The messages' offsets.
  var range: Range<Int64> { offset..<(offset + Int64(count)) }

  /// The earlier one comes first; of two at once, the lower offset.
  static func < (left: Self, right: Self) -> Bool {
    (left.time, left.offset) < (right.time, right.offset)
  }
}
