/// Neighbouring messages of one partition that a group has begun and not finished, all in the same
/// condition: 40 bytes, however many they are.
struct DeliveryRun: Equatable, Sendable {
  /// What the messages wait for.
  enum Condition: UInt8, Sendable {
    /// For an answer of who has them, until the lease ends.
    case leased = 1
    /// For their next delivery.
    case waiting = 2
    /// To be moved to the dead-letter topic.
    case dying = 3
    /// For their next delivery, at once: a lease has ended. Time brings it, no journal knows it.
    case lapsed = 4

    /// True for messages that may be delivered once they are due.
    var isFree: Bool { self == .waiting || self == .lapsed }
    /// True for messages whose last receipt still counts.
    var isHeld: Bool { self == .leased || self == .lapsed }
  }

  /// The first message.
  var offset: Int64
  /// In milliseconds since 1970: the lease's end, or the time of the next delivery. Of dying ones,
  /// where the dead-letter topic ended when their move was announced, or -1 before that.
  var due: Int64
  /// When they were first delivered, in milliseconds since 1970.
  var firstDelivery: Int64
  /// When they were last delivered, in milliseconds since 1970.
  var lastDelivery: Int64
  /// How many messages.
  var count: UInt32
  /// How often they were delivered.
  var attempt: UInt16
  /// What they wait for.
  var condition: Condition

  /// The first offset behind them.
  var end: Int64 { offset + Int64(count) }

  /// Their offsets.
  var range: Range<Int64> { offset..<end }

  /// True if they may be delivered now.
  func isDue(_ now: Int64) -> Bool { condition.isFree && due <= now }

  /// The same messages as they are when they are delivered now.
  func leased(_ wish: LeaseWish) -> DeliveryRun {
    var run = self
    if run.attempt == 0 { run.firstDelivery = wish.now }
    if run.attempt < .max { run.attempt += 1 }
    run.condition = .leased
    run.due = wish.now + wish.lease
    run.lastDelivery = wish.now
    return run
  }

  /// The part of the run that lies in `range`, which must touch it.
  func cut(to range: Range<Int64>) -> DeliveryRun {
    var part = self
    part.offset = max(offset, range.lowerBound)
    part.count = UInt32(min(end, range.upperBound) - part.offset)
    return part
  }
}
