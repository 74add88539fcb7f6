import Platform

/// A sink whose jobs wait until the test's thread runs them: an event loop without a network.
final class PumpedSink: JobSink {
  private let mailbox = Mailbox<Job>()

  func post(_ jobs: [Job]) { for job in jobs { mailbox.post(job) } }

  /// Runs jobs as they come until `isDone`.
  func run(until isDone: () -> Bool) {
    var jobs: [Job] = []
    while !isDone() {
      _ = mailbox.take(into: &jobs, until: nil)
      for job in jobs { job() }
    }
  }
}
