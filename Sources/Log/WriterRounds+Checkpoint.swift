/// What is done beside appending: checkpoints, new segments, logs that go.
extension WriterRounds {
  /// After so many bytes the recovery point moves up, so that a restart scans no more than that.
  private static let checkpointBytes = 256 << 20

  /// Brings everything to the disk before the thread ends.
  func finish() {
    try? checkpoint()
  }

  func roll(_ log: PartitionLog) throws(LogError) {
    try refuseWhenOffline()
    do {
      try queue(of: log).appender.roll(log.settings)
    } catch {
      note(error)
      throw error
    }
  }

  /// Brings all logs to the disk, with their indexes.
  func checkpoint() throws(LogError) {
    try refuseWhenOffline()
    bytesSinceCheckpoint = 0
    checkpointing = []
    do {
      for queue in queues.values { try advanceCheckpoint(of: queue) }
      completions.deliver()
      try writeRecoveryPoints()
    } catch {
      note(error)
      throw error
    }
  }

  /// Once enough was written, brings one log to the disk in each round.
  func checkpointInSteps() {
    if checkpointing.isEmpty {
      guard bytesSinceCheckpoint >= WriterRounds.checkpointBytes else { return }
      bytesSinceCheckpoint = 0
      checkpointing = queues.values.filter { $0.appender.isBehindCheckpoint }
    }
    do throws(LogError) {
      try refuseWhenOffline()
      if let queue = checkpointing.popLast() { try advanceCheckpoint(of: queue) }
      completions.deliver()
      if checkpointing.isEmpty { try writeRecoveryPoints() }
    } catch {
      checkpointing = []
      note(error)
    }
  }

  private func advanceCheckpoint(of queue: LogQueue) throws(LogError) {
    synchronize(queue)
    // A sync that failed must not be tried again: the second one would find nothing wrong.
    try refuseWhenOffline()
    try queue.appender.advanceCheckpoint()
    wakeReaders(of: queue.log)
  }

  private func writeRecoveryPoints() throws(LogError) {
    for queue in queues.values {
      recoveryPoints.set(queue.appender.checkpoint, of: queue.log.name)
    }
    try recoveryPoints.write(keepingOld: true)
  }

  func release(_ log: PartitionLog) {
    let identity = ObjectIdentifier(log)
    if let queue = queues.removeValue(forKey: identity) {
      checkpointing.removeAll { $0 === queue }
    }
    unsynced[identity] = nil
    log.close()
    wakeReaders(of: log)
    completions.deliver()
  }

  /// Has no crash make a new log of this name meet the old one's point.
  func forgetRecoveryPoint(of name: String) throws(LogError) {
    recoveryPoints.remove(name)
    do {
      try recoveryPoints.write(keepingOld: false)
    } catch {
      note(error)
      throw error
    }
  }
}
