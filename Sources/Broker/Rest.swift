/// A pause after something has failed, before it is tried again. A clock that is set back does not
/// prolong it.
struct Rest: Sendable {
  /// How long it lasts.
  static let milliseconds: Int64 = 1000

  /// In milliseconds since 1970.
  private var end: Int64 = 0

  /// Begins, at a time in milliseconds since 1970.
  mutating func begin(_ now: Int64) { end = now + Rest.milliseconds }

  /// True while it lasts.
  func lasts(_ now: Int64) -> Bool { now < end && end - now <= Rest.milliseconds }
}
