import Platform

/// A few threads for what may wait for a disk, so that no event loop does.
public final class ReaderPool: Sendable {
  private let mailboxes: [Mailbox<Job>]
  private let threads: [Thread]
  private let next = Lock(0)

  /// Starts the threads.
  init(threads count: Int) throws(SystemError) {
    let mailboxes = (0..<max(1, count)).map { _ in Mailbox<Job>() }
    var threads: [Thread] = []
    for (index, mailbox) in mailboxes.enumerated() {
      threads.append(
        try Thread(name: "reader-\(index)") {
          var jobs: [Job] = []
          while mailbox.take(into: &jobs, until: nil) {
            for job in jobs { job() }
          }
        })
    }
    self.mailboxes = mailboxes
    self.threads = threads
  }

  /// Runs a job on one of the threads, in turn.
  func run(_ job: @escaping Job) {
    let index = next.withLock { next in
      next = (next + 1) % mailboxes.count
      return next
    }
    mailboxes[index].post(job)
  }

  /// Finishes what waits and ends the threads.
  func stop() {
    for mailbox in mailboxes { mailbox.close() }
    for thread in threads { thread.join() }
  }
}
