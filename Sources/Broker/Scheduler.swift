import Platform

/// The broker's one thread for what may wait and what has its time: catalog changes in their order,
/// retention, later leases and delays.
public final class Scheduler: JobSink {
  private enum Order: Sendable {
    case run(Job)
    case every(milliseconds: Int, Job)
  }

  private struct Repeating {
    let milliseconds: Int
    let job: Job
    var due: MonotonicTime
  }

  private let mailbox: Mailbox<Order>
  private let thread: Thread

  /// Starts the thread.
  init(clock: any Clock) throws(SystemError) {
    let mailbox = Mailbox<Order>()
    self.mailbox = mailbox
    thread = try Thread(name: "scheduler") {
      var repeating: [Repeating] = []
      var orders: [Order] = []
      while mailbox.take(into: &orders, until: repeating.map(\.due).min()) {
        for order in orders {
          switch order {
          case .run(let job): job()
          case .every(let milliseconds, let job):
            let due = clock.monotonicTime().advanced(byMilliseconds: milliseconds)
            repeating.append(Repeating(milliseconds: milliseconds, job: job, due: due))
          }
        }
        let now = clock.monotonicTime()
        for index in repeating.indices where repeating[index].due <= now {
          repeating[index].due = now.advanced(byMilliseconds: repeating[index].milliseconds)
          repeating[index].job()
        }
      }
    }
  }

  /// Runs jobs in their order.
  public func post(_ jobs: [Job]) {
    for job in jobs { mailbox.post(.run(job)) }
  }

  /// Runs a job again and again.
  public func every(milliseconds: Int, _ job: @escaping Job) {
    mailbox.post(.every(milliseconds: milliseconds, job))
  }

  /// Finishes what waits and ends the thread.
  func stop() {
    mailbox.close()
    thread.join()
  }
}
