/// Something to be done by a thread of its own choosing.
public typealias Job = @Sendable () -> Void

/// A thread that does jobs: an event loop, the scheduler. Whoever finishes a group of work for it
/// hands all of the group's jobs over at once, so that it is woken once.
public protocol JobSink: AnyObject, Sendable {
  /// Takes jobs, to be run in this order on the sink's thread, soon.
  func post(_ jobs: [Job])
  /// Takes finished work, to be delivered in this order on the sink's thread, soon.
  func post(finished: [any FinishedWork])
}

extension JobSink {
  /// As jobs, for sinks that have no shorter way.
  public func post(finished: [any FinishedWork]) {
    post(finished.map { work in { work.deliver() } })
  }
}
