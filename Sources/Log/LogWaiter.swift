import Platform
import Synchronization

/// Somebody who waits for a log to grow: fired once, by data or by a timeout, whichever claims it
/// first.
public final class LogWaiter: Sendable {
  let sink: any JobSink
  private let job: Job
  private let claimed = Atomic(false)

  /// A waiter whose `job` runs on `sink` when there is something to read, or the log is gone.
  public init(sink: any JobSink, _ job: @escaping Job) {
    self.sink = sink
    self.job = job
  }

  /// Claims the right to answer; true for exactly one caller.
  public func claim() -> Bool { !claimed.exchange(true, ordering: .acquiringAndReleasing) }

  /// Runs the job on its sink, if nobody else has answered yet.
  public func wake() {
    if let job = fire() { sink.post([job]) }
  }

  /// The job, if nobody else has answered yet.
  func fire() -> Job? { claim() ? job : nil }
}
