import Platform

/// Appends to the logs of a data directory, with one thread for what is small and one for what is
/// large.
///
/// The first takes whatever waits in its mailbox, writes it with one call a log, syncs each log
/// that was asked to commit, publishes, and tells everybody: while one sync runs, the next group
/// gathers. No timer to tune. A log for which much came it hands to the second thread, piece by
/// piece, so that nobody else waits for that.
public final class LogWriter: Sendable {
  enum Message: Sendable {
    case append(AppendRequest)
    case perform(@Sendable (WriterRounds) -> Void)
    /// Some of what is large was written.
    case turnEnded
    /// Nobody but those who are answered now asks for more.
    case end
  }

  private let mailbox = Mailbox<Message>()
  private let thread: Thread
  private let turns: LogTurns
  private let queued = QueuedBytes()
  /// Why the data directory takes no more writes; `nil` while it does.
  private let offlineReason = Lock<String?>(nil)
  /// Why not everything is on the disk although the threads have ended.
  private let endFailure = Lock<LogError?>(nil)

  /// Starts the threads.
  ///
  /// - Parameter heldFilesMax: how many logs may wait for a sync at one time: each holds its file.
  init(
    recoveryPoints: RecoveryPoints, clock: any Clock, metrics: LogMetrics, heldFilesMax: Int
  ) throws(SystemError) {
    let (mailbox, queued, offlineReason) = (mailbox, queued, offlineReason)
    let endFailure = endFailure
    let makeGroup: @Sendable () -> GroupCommit = {
      GroupCommit(
        recoveryPoints: recoveryPoints, clock: clock, metrics: metrics, queued: queued,
        offlineReason: offlineReason)
    }
    let turns = try LogTurns(makeGroup) { mailbox.post(.turnEnded) }
    self.turns = turns
    do {
      thread = try Thread(name: "log-writer") {
        let rounds = WriterRounds(
          recoveryPoints: recoveryPoints, clock: clock, group: makeGroup(), turns: turns,
          heldFilesMax: heldFilesMax)
        do throws(LogError) {
          try LogWriter.work(rounds, mailbox, clock)
        } catch {
          endFailure.withLock { $0 = error }
        }
      }
    } catch {
      turns.stop()
      throw error
    }
  }

  /// Takes messages until it is told to end and there are no more: whoever is answered may ask for
  /// another append, with a lock in hand, and is not to be refused on the spot.
  private static func work(
    _ rounds: WriterRounds, _ mailbox: Mailbox<Message>, _ clock: any Clock
  ) throws(LogError) {
    let machine = SystemClock()
    var messages: [Message] = []
    repeat {
      if rounds.isBusy {
        mailbox.takeWaiting(into: &messages)
      } else {
        // The kernel's waits know its own clock only; the injected one may stand still.
        let limit = rounds.deadline.map {
          machine.monotonicTime().advanced(
            byNanoseconds: max(1_000_000, $0.nanoseconds(since: clock.monotonicTime())))
        }
        _ = mailbox.take(into: &messages, until: limit)
      }
      rounds.run(messages)
    } while !rounds.isEnding || !mailbox.closeIfEmpty()
    try rounds.finish()
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

  /// Finishes what waits, then ends the threads.
  ///
  /// - Throws: why not everything is on the disk.
  func stop() throws(LogError) {
    mailbox.post(.end)
    thread.join()
    turns.stop()
    if let failure = endFailure.withLock({ $0 }) { throw failure }
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
