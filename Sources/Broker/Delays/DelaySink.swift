import Platform

/// The thread of delays, as those see it who hand something to it.
final class DelaySink: JobSink {
  let mailbox = Mailbox<DelayRounds.Message>()

  func post(_ jobs: [Job]) { mailbox.post(.jobs(jobs)) }
  func post(finished: [any FinishedWork]) { mailbox.post(.finished(finished)) }
}
