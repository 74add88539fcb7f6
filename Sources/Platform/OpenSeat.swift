/// What an `OpenTable` may close: has one open thing, or none.
protocol OpenSeat: AnyObject, Sendable {
  /// Which place of the table it has. Under the table's lock.
  var place: Int { get set }
  /// True if it was used since it was last asked.
  func takeUse() -> Bool
  /// Gives its thing away, if nobody uses it, to be closed by letting it go outside of all locks.
  func takeIdle() -> (any Sendable)?
  /// The same, also if somebody uses it, who then is its only owner.
  func takeAny() -> (any Sendable)?
}
