/// What is done beside appending: checkpoints, new segments, logs that go.
extension WriterRounds {
  /// After so many bytes the recovery point moves up, so that a restart scans no more than that.
  private static let checkpointBytes = 256 << 20

  /// Brings everything to the disk before the thread ends.
  func finish() throws(LogError) {
    finishAll()
    try checkpoint()
  }

  func roll(_ log: PartitionLog) throws(LogError) {
    try group.refuseWhenOffline()
    // It syncs what was written, whether a new segment begins or not.
    defer {
      group.wakeReaders(of: log)
      group.deliver()
    }
    do {
      try queue(of: log).appender.roll(log.settings)
    } catch {
      group.note(error)
      throw error
    }
  }

  /// Brings all logs to the disk, with their indexes; where that fails for one, the others all the
  /// same. There must be no turn under way.
  func checkpoint() throws(LogError) {
    bytesSinceCheckpoint = 0
    checkpointing = Array(queues.values)
    checkpointIsUnderWay = true
    var failure: LogError?
    while let queue = checkpointing.popLast() {
      do throws(LogError) {
        try advanceCheckpoint(of: queue)
      } catch {
        failure = failure ?? error
      }
    }
    try endCheckpoint()
    if let failure { throw failure }
  }

  /// Once enough was written, brings one log to the disk in each round, so that nobody waits for
  /// all of them.
  func checkpointInSteps() {
    if !checkpointIsUnderWay {
      guard bytesSinceCheckpoint >= WriterRounds.checkpointBytes else { return }
      bytesSinceCheckpoint = 0
      checkpointIsUnderWay = true
      checkpointing = Array(queues.values)
    }
    do throws(LogError) {
      try takeStep()
      if checkpointing.isEmpty, checkpointingTurns == 0 { try endCheckpoint() }
    } catch {
      // Noted already. Where only a descriptor was missing, the points of the others are
      // written next.
      checkpointing = []
    }
  }

  /// Brings one log to the disk, or has turns do so.
  private func takeStep() throws(LogError) {
    while let queue = checkpointing.popLast() {
      if !queue.isInTurn {
        guard queue.appender.isBehindCheckpoint else { continue }
        guard queue.isLarge else { return try advanceCheckpoint(of: queue) }
      }
      queue.wantsCheckpoint = true
      checkpointingTurns += 1
      if !queue.isInTurn { beginTurn(queue) }
    }
  }

  private func advanceCheckpoint(of queue: LogQueue) throws(LogError) {
    try group.advanceCheckpoint(queue.appender)
    noteUnsynced(queue)
    group.deliver()
  }

  private func endCheckpoint() throws(LogError) {
    checkpointIsUnderWay = false
    do {
      try group.refuseWhenOffline()
      try recoveryPoints.write(keepingOld: true)
    } catch {
      group.note(error)
      throw error
    }
  }

  /// Lets go of a log. There must be no turn under way.
  func release(_ log: PartitionLog) {
    let identity = ObjectIdentifier(log)
    if let queue = queues.removeValue(forKey: identity) {
      checkpointing.removeAll { $0 === queue }
    }
    unsynced[identity] = nil
    log.close()
    group.wakeReaders(of: log)
    group.deliver()
  }

  /// Has no crash make a new log of this name meet the old one's point.
  func forgetRecoveryPoint(of name: String) throws(LogError) {
    recoveryPoints.remove(name)
    do {
      try recoveryPoints.write(keepingOld: false)
    } catch {
      group.note(error)
      throw error
    }
  }
}
