import Platform

/// The one thread that appends to the logs of a data directory.
///
/// It takes whatever waits in its mailbox, writes it with one call a log, syncs each log that was
/// asked to commit, publishes, and tells everybody: while one sync runs, the next group gathers. No
/// timer to tune. Logs for which much came take turns, piece by piece, and the mailbox is looked
/// into in between.
public final class LogWriter: Sendable {
  enum Message: Sendable {
    case append(AppendRequest)
    case perform(@Sendable (WriterRounds) -> Void)
  }

  private let mailbox = Mailbox<Message>()
  private let thread: Thread
  private let queued: QueuedBytes
  /// Why the data directory takes no more writes; `nil` while it does.
  private let offlineReason: Lock<String?>

  /// Starts the thread.
  init(recoveryPoints: RecoveryPoints, clock: any Clock, metrics: LogMetrics) throws(SystemError) {
    let mailbox = mailbox
    let offlineReason = Lock<String?>(nil)
    self.offlineReason = offlineReason
    let queued = QueuedBytes()
    self.queued = queued
    thread = try Thread(name: "log-writer") {
      let rounds = WriterRounds(
        recoveryPoints: recoveryPoints, clock: clock, metrics: metrics, queued: queued,
        offlineReason: offlineReason
      )
      let machine = SystemClock()
      var messages: [Message] = []
      while true {
        if rounds.isBusy {
          mailbox.takeWaiting(into: &messages)
          rounds.run(messages)
          continue
        }
        // The kernel's waits know its own clock only; the injected one may stand still.
        let limit = rounds.deadline.map {
          machine.monotonicTime().advanced(
            byNanoseconds: max(1_000_000, $0.nanoseconds(since: clock.monotonicTime())))
        }
        guard mailbox.take(into: &messages, until: limit) else { break }
        rounds.run(messages)
      }
      rounds.finish()
    }
  }

  /// Why the data directory takes no more writes, or `nil` while it does.
  public var whyOffline: String? { offlineReason.withLock { $0 } }

  /// Bytes that were submitted and not yet answered for.
  public var queuedBytes: Int { queued.count }

  /// Takes a request; its completion will run on its sink.
  ///
  /// - Parameter quietly: the writer need not begin before `wake`: a loop submits all of its turn's
  ///   requests and wakes the writer once.
  public func submit(_ request: AppendRequest, quietly: Bool = false) {
    queued.add(request.batches.bytes)
    let taken = quietly ? mailbox.postQuietly(.append(request)) : mailbox.post(.append(request))
    if !taken {
      queued.subtract(request.batches.bytes)
      request.sink.post(finished: [request])
    }
  }

  /// Has the writer begin with what was submitted.
  public func wake() { mailbox.wakeOwner() }

  /// Begins a new segment in `log`, so that the one before it can be deleted. Waits until it is
  /// done.
  func roll(_ log: PartitionLog) throws(LogError) {
    try performAndWait { rounds throws(LogError) in try rounds.roll(log) }
  }

  /// Syncs all logs, writes their indexes and the recovery point. Waits until it is done.
  func checkpoint() throws(LogError) {
    try performAndWait { rounds throws(LogError) in try rounds.checkpoint() }
  }

  /// Lets go of a log that is being deleted; waits for appends under way.
  func release(_ log: PartitionLog) {
    try? performAndWait { rounds throws(LogError) in rounds.release(log) }
  }

  /// Forgets a log's recovery point, in the file too. Waits until it is done.
  func forgetRecoveryPoint(of name: String) throws(LogError) {
    try performAndWait { rounds throws(LogError) in try rounds.forgetRecoveryPoint(of: name) }
  }

  /// Finishes what waits, then ends the thread.
  func stop() {
    mailbox.close()
    thread.join()
  }

  private func performAndWait(
    _ body: @escaping @Sendable (WriterRounds) throws(LogError) -> Void
  ) throws(LogError) {
    let answer = Mailbox<LogError?>()
    let taken = mailbox.post(
      .perform { rounds in
        do throws(LogError) {
          try body(rounds)
          answer.post(nil)
        } catch {
          answer.post(error)
        }
      })
    guard taken else { throw .closed }
    var outcomes: [LogError?] = []
    _ = answer.take(into: &outcomes, until: nil)
    if let failure = outcomes.first ?? nil { throw failure }
  }
}
