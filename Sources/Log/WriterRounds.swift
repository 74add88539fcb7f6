import Platform

/// What the log writer's thread does, round by round. Never seen by another thread.
///
/// A round writes, syncs and answers the logs for which little came. A log for which much came goes
/// to the thread of turns instead, with so much of it that its turn does not take long, and comes
/// back. So what is small never waits for what is large, but for what is large in the same log: the
/// requests of each log keep their order. The order in which different logs are written or synced
/// means nothing.
final class WriterRounds {
  /// How long bytes that nobody waits for may stay unsynced, in milliseconds.
  private static let idleSyncMilliseconds = 20
  /// So much is written in a turn, and then synced if somebody waits for that.
  private static let turnBytes = 4 << 20
  /// When nothing small came for so long, in milliseconds, up to so many bytes are written without
  /// a turn: handing them over has its price, and nobody waits.
  private static let quietMilliseconds = 100
  private static let quietBytes = 2 << 20

  let recoveryPoints: RecoveryPoints
  private let clock: any Clock
  let group: GroupCommit
  private let turns: LogTurns
  private let heldFilesMax: Int
  var queues: [ObjectIdentifier: LogQueue] = [:]
  /// The queues of this round.
  private var round: [LogQueue] = []
  /// How many queues are in a turn.
  private var turnsUnderWay = 0
  private var ended: [LogTurn] = []
  /// True when the thread is to end as soon as nothing is left to do.
  private(set) var isEnding = false
  /// When something small came last.
  private var latestSmall: MonotonicTime?
  /// What only a sync will make visible, but for that which is in a turn.
  var unsynced: [ObjectIdentifier: LogQueue] = [:]
  var bytesSinceCheckpoint = 0
  var checkpointIsUnderWay = false
  /// What it has still to bring to the disk, and how many turns do so.
  var checkpointing: [LogQueue] = []
  var checkpointingTurns = 0
  /// When the oldest unsynced bytes are to be synced although nobody waits for them.
  private(set) var deadline: MonotonicTime?

  /// - Parameters:
  ///   - group: for this thread.
  ///   - turns: the thread that does what is large.
  ///   - heldFilesMax: how many logs may wait for a sync at one time: each holds its file.
  init(
    recoveryPoints: RecoveryPoints, clock: any Clock, group: GroupCommit, turns: LogTurns,
    heldFilesMax: Int
  ) {
    self.heldFilesMax = heldFilesMax
    self.recoveryPoints = recoveryPoints
    self.clock = clock
    self.group = group
    self.turns = turns
  }

  /// True when the next round has something to do whatever comes.
  var isBusy: Bool { isEnding || !checkpointing.isEmpty }

  /// Works through what came in since the last round, and what has come back.
  func run(_ messages: [LogWriter.Message]) {
    for message in messages {
      switch message {
      case .append(let request): add(request)
      case .perform(let body):
        finishAll()
        body(self)
      case .turnEnded: break
      case .end: isEnding = true
      }
    }
    if isEnding { finishAll() }
    if turnsUnderWay > 0 {
      turns.takeEnded(into: &ended)
      takeBack()
    }
    finishRound()
    syncWhatIsOverdue()
    checkpointInSteps()
  }

  // MARK: - Requests

  private func add(_ request: AppendRequest) {
    guard let queue = queue(for: request) else { return }
    queue.add(request)
    bytesSinceCheckpoint += request.batches.bytes
    if !queue.isInTurn { enterRound(queue) }
  }

  private func enterRound(_ queue: LogQueue) {
    if queue.isInRound { return }
    queue.isInRound = true
    round.append(queue)
  }

  private func queue(for request: AppendRequest) -> LogQueue? {
    // Neighbours tend to go to the same log.
    if let last = round.last, last.log === request.log { return last }
    do {
      try group.refuseWhenOffline()
      return try queue(of: request.log)
    } catch {
      group.refuse(request, error)
      return nil
    }
  }

  func queue(of log: PartitionLog) throws(LogError) -> LogQueue {
    if let known = queues[ObjectIdentifier(log)] { return known }
    let fresh = LogQueue(try LogAppender(log, clock: clock))
    queues[ObjectIdentifier(log)] = fresh
    return fresh
  }

  /// Writes the queues of this round that are small, answers those who wanted no more, then syncs
  /// and answers the others; begins turns of what is large.
  private func finishRound() {
    guard !round.isEmpty else { return group.deliver() }
    var small: [LogQueue] = []
    for queue in round {
      queue.isInRound = false
      if !queue.isLarge, !queue.wantsCheckpoint {
        small.append(queue)
      } else if mayWrite(queue) {
        writeAtOnce(queue)
      } else {
        beginTurn(queue)
      }
    }
    round.removeAll(keepingCapacity: true)
    if small.isEmpty { return group.deliver() }
    latestSmall = clock.monotonicTime()
    for start in stride(from: 0, to: small.count, by: heldFilesMax) {
      finish(small[start..<min(start + heldFilesMax, small.count)])
    }
  }

  private func finish(_ small: ArraySlice<LogQueue>) {
    for queue in small { group.write(queue.takeAll(), to: queue.appender) }
    group.deliver()
    if small.count > 1 { group.beginSyncs(small.lazy.map(\.appender)) }
    for queue in small {
      group.commit(queue.appender)
      noteUnsynced(queue)
    }
    if isHoldingMany { for queue in unsynced.values { bringToDisk(queue) } }
    group.deliver()
  }

  /// Finishes everything that came.
  func finishAll() {
    finishRound()
    while turnsUnderWay > 0 {
      turns.waitForEnded(into: &ended)
      takeBack()
      finishRound()
    }
  }

  // MARK: - What is large

  /// True when nobody is held up if what waits for the queue is written at once.
  private func mayWrite(_ queue: LogQueue) -> Bool {
    guard turnsUnderWay == 0, round.count == 1, !queue.wantsCheckpoint, !isHoldingMany,
      !isOverdue(queue), queue.isWrittenOnly(bytesMax: WriterRounds.quietBytes)
    else { return false }
    guard let latestSmall else { return true }
    let quiet = latestSmall.advanced(byMilliseconds: WriterRounds.quietMilliseconds)
    return quiet <= clock.monotonicTime()
  }

  private func writeAtOnce(_ queue: LogQueue) {
    group.write(queue.takeAll(), to: queue.appender)
    group.deliver()
    group.beginSync(queue.appender)
    noteUnsynced(queue)
  }

  func beginTurn(_ queue: LogQueue) {
    queue.isInTurn = true
    turnsUnderWay += 1
    unsynced[ObjectIdentifier(queue.log)] = nil
    let turn = LogTurn(
      queue, queue.take(bytesMax: WriterRounds.turnBytes),
      isOverdue: isHoldingMany || isOverdue(queue),
      isCheckpoint: queue.wantsCheckpoint)
    queue.wantsCheckpoint = false
    turns.post(turn)
  }

  private func takeBack() {
    for turn in ended {
      turnsUnderWay -= 1
      let queue = turn.queue
      queue.isInTurn = false
      if turn.isCheckpoint { checkpointingTurns -= 1 }
      if queue.isEmpty, !queue.wantsCheckpoint { noteUnsynced(queue) } else { enterRound(queue) }
    }
    ended.removeAll(keepingCapacity: true)
  }

  // MARK: - Syncs that nobody waits for

  private func bringToDisk(_ queue: LogQueue) {
    if queue.isLarge { return beginTurn(queue) }
    group.synchronize(queue.appender)
    noteUnsynced(queue)
  }

  /// True when no more files may be held until a sync.
  private var isHoldingMany: Bool { unsynced.count + turnsUnderWay >= heldFilesMax }

  private func due(_ queue: LogQueue) -> MonotonicTime? {
    queue.appender.unsynced.since?.advanced(byMilliseconds: WriterRounds.idleSyncMilliseconds)
  }

  private func isOverdue(_ queue: LogQueue) -> Bool {
    due(queue).map { $0 <= clock.monotonicTime() } ?? false
  }

  func noteUnsynced(_ queue: LogQueue) {
    let identity = ObjectIdentifier(queue.log)
    // After a sync that failed nothing is synced any more.
    if let due = due(queue), queue.appender.isAwaitingSync, !group.isOffline {
      unsynced[identity] = queue
      deadline = min(deadline ?? due, due)
    } else if unsynced.removeValue(forKey: identity) != nil, unsynced.isEmpty {
      deadline = nil
    }
  }

  private func syncWhatIsOverdue() {
    guard let limit = deadline, clock.monotonicTime() >= limit else { return }
    deadline = nil
    for queue in unsynced.values {
      if isOverdue(queue) { bringToDisk(queue) } else { noteUnsynced(queue) }
    }
    group.deliver()
  }
}
