import Platform

/// What the log writer's thread does, round by round. Never seen by another thread.
///
/// A round begins with the logs for which little came: all of them are written, synced and answered.
/// Then a log for which much came has its turn: a piece of it is written, or it is synced. So what is
/// small waits for one such turn, not for everything that is large, and of what is large the disk
/// writes one piece while the next is on its way. Each log's requests keep their order; the order in
/// which different logs are written or synced means nothing.
final class WriterRounds {
  /// How long bytes that nobody waits for may stay unsynced, in milliseconds.
  static let idleSyncMilliseconds = 20
  /// So much is written in a turn: a millisecond or two, with memory at its slowest.
  private static let turnBytes = 1 << 20

  let recoveryPoints: RecoveryPoints
  let clock: any Clock
  let metrics: LogMetrics
  let queued: QueuedBytes
  let offlineReason: Lock<String?>
  var queues: [ObjectIdentifier: LogQueue] = [:]
  var completions = Completions()
  /// The queues of this round.
  private var round: [LogQueue] = []
  /// Those for which much came, in the order of their turns.
  private var turns: [LogQueue] = []
  var unsynced: [ObjectIdentifier: LogQueue] = [:]
  var bytesSinceCheckpoint = 0
  /// What the checkpoint under way has still to bring to the disk.
  var checkpointing: [LogQueue] = []
  /// When the oldest unsynced bytes are to be synced although nobody waits for them.
  var deadline: MonotonicTime?

  init(
    recoveryPoints: RecoveryPoints, clock: any Clock, metrics: LogMetrics,
    queued: QueuedBytes, offlineReason: Lock<String?>
  ) {
    self.recoveryPoints = recoveryPoints
    self.clock = clock
    self.metrics = metrics
    self.queued = queued
    self.offlineReason = offlineReason
  }

  /// True when the next round has something to do whatever comes.
  var isBusy: Bool { !turns.isEmpty || !checkpointing.isEmpty }

  /// Works through what came in since the last round, as far as it is small, and does some of the
  /// rest.
  func run(_ messages: [LogWriter.Message]) {
    let start = clock.monotonicTime()
    for message in messages {
      switch message {
      case .append(let request): add(request)
      case .perform(let body):
        finishAll()
        body(self)
      }
    }
    finishSmall()
    // What is small may take long, too, if it is much: then what is large gets as long.
    let limit = clock.monotonicTime()
    let share = limit.nanoseconds(since: start)
    repeat { takeTurn() } while !turns.isEmpty
      && clock.monotonicTime().nanoseconds(since: limit) < share
    syncWhatIsOverdue()
    checkpointInSteps()
  }

  private func add(_ request: AppendRequest) {
    guard let queue = queue(for: request) else { return }
    queue.add(request)
    if queue.isInRound || queue.takesTurns { return }
    queue.isInRound = true
    round.append(queue)
  }

  private func queue(for request: AppendRequest) -> LogQueue? {
    // Neighbours tend to go to the same log.
    if let last = round.last, last.log === request.log { return last }
    do {
      try refuseWhenOffline()
      return try queue(of: request.log)
    } catch {
      refuse(request, error)
      return nil
    }
  }

  func queue(of log: PartitionLog) throws(LogError) -> LogQueue {
    if let known = queues[ObjectIdentifier(log)] { return known }
    let fresh = LogQueue(try LogAppender(log, clock: clock))
    queues[ObjectIdentifier(log)] = fresh
    return fresh
  }

  func refuseWhenOffline() throws(LogError) {
    if let reason = offlineReason.withLock({ $0 }) { throw .offline(reason: reason) }
  }

  func refuse(_ request: AppendRequest, _ error: LogError) {
    metrics.refusedAppends.increment()
    request.outcome = .failure(error)
    tell(request)
  }

  /// Writes the queues of this round that are small, answers those who wanted no more, then syncs
  /// and answers the others.
  private func finishSmall() {
    guard !round.isEmpty else { return completions.deliver() }
    var small: [LogQueue] = []
    for queue in round {
      queue.isInRound = false
      if queue.isLarge { giveTurns(queue) } else { small.append(queue) }
    }
    round.removeAll(keepingCapacity: true)
    for queue in small { write(queue, bytesMax: .max) }
    completions.deliver()
    for queue in small { commit(queue) }
    completions.deliver()
  }

  /// Finishes everything that came.
  func finishAll() {
    finishSmall()
    while !turns.isEmpty { takeTurn() }
  }

  private func giveTurns(_ queue: LogQueue) {
    if queue.takesTurns { return }
    queue.takesTurns = true
    turns.append(queue)
  }

  /// Writes or syncs some of the queue whose turn it is.
  private func takeTurn() {
    guard !turns.isEmpty else { return }
    let queue = turns.removeFirst()
    if queue.mustSync {
      synchronize(queue)
      commit(queue)
    } else {
      write(queue, bytesMax: WriterRounds.turnBytes)
      beginSync(queue)
    }
    completions.deliver()
    queue.takesTurns = !queue.isDone
    if queue.takesTurns { turns.append(queue) }
  }

  private func syncWhatIsOverdue() {
    guard let due = deadline, clock.monotonicTime() >= due else { return }
    deadline = nil
    for queue in unsynced.values {
      if queue.isLarge {
        queue.isOverdue = true
        giveTurns(queue)
      } else {
        synchronize(queue)
      }
    }
    completions.deliver()
  }
}
