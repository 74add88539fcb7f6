/// Something to be done by a thread of its own choosing.
public typealias Job = @Sendable () -> Void

/// A thread that does jobs: an event loop, the scheduler. Whoever finishes a group of work for it
/// hands all of the group's jobs over at once, so that it is woken once.
public protocol JobSink: AnyObject, Sendable {
  /// Takes jobs, to be run in this order on the sink's thread, soon.
  func post(_ jobs: [Job])
}
