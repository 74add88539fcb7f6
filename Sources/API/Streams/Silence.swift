/// How long a stream has had nothing to say, in ticks: after 10 to 15 seconds its reader is told
/// that the connection stands.
struct Silence {
  /// How long a tick is.
  static let tickMilliseconds = 5000
  private static let ticksMax = 3

  private var ticks = 0

  /// Something was said.
  mutating func end() { ticks = 0 }

  /// A tick has passed; true when a heartbeat is due, from which it counts anew.
  mutating func tick() -> Bool {
    ticks += 1
    guard ticks == Silence.ticksMax else { return false }
    ticks = 0
    return true
  }
}
