/// Work that was done for another thread and is handed back to it as an object instead of a
/// closure, which on the way of every record would cost an allocation each.
public protocol FinishedWork: AnyObject, Sendable {
  /// Tells whoever waits. Runs on the thread the work was done for.
  func deliver()
}
