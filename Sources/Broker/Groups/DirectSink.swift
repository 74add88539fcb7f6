import Platform

/// Runs jobs where they are posted: for results that are only handed over to a mailbox.
final class DirectSink: JobSink {
  func post(_ jobs: [Job]) { for job in jobs { job() } }
}
