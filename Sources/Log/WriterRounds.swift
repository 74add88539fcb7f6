import Platform

/// What the log writer's thread does, round by round. Never seen by another thread.
final class WriterRounds {
  /// How long bytes that nobody waits for may stay unsynced, in milliseconds.
  private static let idleSyncMilliseconds = 20
  /// After so many bytes the recovery point moves up, so that a restart scans no more than that.
  private static let checkpointBytes = 256 << 20

  private let recoveryPoints: RecoveryPoints
  private let clock: any Clock
  private let metrics: LogMetrics
  private let queued: QueuedBytes
  private let offlineReason: Lock<String?>
  private let heldFilesMax: Int
  private var appenders: [ObjectIdentifier: LogAppender] = [:]
  private var completions = Completions()
  private var unsynced: [ObjectIdentifier: (appender: LogAppender, batches: Int)] = [:]
  private var bytesSinceCheckpoint = 0
  /// When the oldest unsynced bytes are to be synced although nobody waits for them.
  private(set) var deadline: MonotonicTime?

  init(
    recoveryPoints: RecoveryPoints, clock: any Clock, metrics: LogMetrics,
    queued: QueuedBytes, offlineReason: Lock<String?>, heldFilesMax: Int
  ) {
    self.recoveryPoints = recoveryPoints
    self.clock = clock
    self.metrics = metrics
    self.queued = queued
    self.offlineReason = offlineReason
    self.heldFilesMax = heldFilesMax
  }

  /// The requests of one round that go to the same log.
  private struct Group {
    let appender: LogAppender
    var requests: [AppendRequest]
  }

  /// Works through what came in since the last round.
  func run(_ messages: [LogWriter.Message]) {
    var groups: [Group] = []
    for message in messages {
      switch message {
      case .append(let request):
        add(request, to: &groups)
      case .perform(let body):
        finish(&groups)
        body(self)
      }
    }
    finish(&groups)
    syncWhatIsOverdue()
    if bytesSinceCheckpoint >= WriterRounds.checkpointBytes { try? checkpoint() }
  }

  private func add(_ request: AppendRequest, to groups: inout [Group]) {
    // Most rounds bring one log or a few, and neighbours tend to go to the same one.
    if let place = groups.lastIndex(where: { $0.appender.log === request.log }) {
      groups[place].requests.append(request)
    } else if let appender = appender(for: request) {
      if groups.count >= heldFilesMax { finish(&groups) }
      groups.append(Group(appender: appender, requests: [request]))
    }
  }

  /// Brings everything to the disk before the thread ends.
  func finish() {
    try? checkpoint()
  }

  func roll(_ log: PartitionLog) throws(LogError) {
    try refuseWhenOffline()
    do {
      try appender(of: log).roll(log.settings)
    } catch {
      note(error)
      throw error
    }
  }

  func checkpoint() throws(LogError) {
    try refuseWhenOffline()
    bytesSinceCheckpoint = 0
    do {
      for appender in appenders.values {
        try appender.advanceCheckpoint()
        recoveryPoints.set(appender.checkpoint, of: appender.log.name)
        wakeReaders(of: appender.log)
      }
      unsynced.removeAll()
      deadline = nil
      completions.deliver()
      try recoveryPoints.write(keepingOld: true)
    } catch {
      note(error)
      throw error
    }
  }

  func release(_ log: PartitionLog) {
    let identity = ObjectIdentifier(log)
    appenders[identity] = nil
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

  private func appender(of log: PartitionLog) throws(LogError) -> LogAppender {
    if let known = appenders[ObjectIdentifier(log)] { return known }
    let fresh = try LogAppender(log, clock: clock)
    appenders[ObjectIdentifier(log)] = fresh
    return fresh
  }

  private func appender(for request: AppendRequest) -> LogAppender? {
    do {
      try refuseWhenOffline()
      return try appender(of: request.log)
    } catch {
      metrics.refusedAppends.increment()
      queued.subtract(request.batches.bytes)
      request.outcome = .failure(error)
      completions.add(request)
      return nil
    }
  }

  private var whyOffline: String? { offlineReason.withLock { $0 } }

  private var nextIdleSync: MonotonicTime {
    clock.monotonicTime().advanced(byMilliseconds: WriterRounds.idleSyncMilliseconds)
  }

  private func refuseWhenOffline() throws(LogError) {
    if let reason = whyOffline { throw .offline(reason: reason) }
  }

  /// Writes all groups, answers those who wanted no more, then syncs and answers the others.
  private func finish(_ groups: inout [Group]) {
    guard !groups.isEmpty else { return completions.deliver() }
    for index in groups.indices {
      append(groups[index])
      answer(groups[index], .written)
    }
    completions.deliver()
    for group in groups {
      commit(group)
      answer(group, .committed)
    }
    if unsynced.count >= heldFilesMax {
      for entry in unsynced.values { synchronize(entry.appender.log) }
    }
    completions.deliver()
    groups.removeAll(keepingCapacity: true)
  }

  private func append(_ group: Group) {
    group.appender.append(group.requests)
    var batches = 0
    var records = 0
    var bytes = 0
    for request in group.requests {
      switch request.outcome {
      case .success(let stored) where stored.isDuplicate: break
      case .success:
        batches += request.batches.batches.count
        records += request.batches.recordCount
        bytes += request.batches.bytes
      case .failure(let error):
        if !error.isProducers { metrics.refusedAppends.increment() }
        note(error)
      }
    }
    metrics.appendedBytes.add(bytes)
    metrics.appendedRecords.add(records)
    metrics.appendedBatches.add(batches)
    bytesSinceCheckpoint += bytes
    // By what is committed, not by the settings, which may change between two lines.
    if !group.appender.isAwaitingSync {
      wakeReaders(of: group.appender.log)
    } else if batches > 0 {
      let identity = ObjectIdentifier(group.appender.log)
      unsynced[identity, default: (group.appender, 0)].batches += batches
      if deadline == nil {
        deadline = nextIdleSync
      }
    }
  }

  /// Syncs the group's log if one of its requests waits for that; a failed sync fails them all, for
  /// good.
  private func commit(_ group: Group) {
    let log = group.appender.log
    guard group.appender.isAwaitingSync,
      group.requests.contains(where: { $0.acknowledgement == .committed })
    else { return }
    synchronize(log)
  }

  private func synchronize(_ log: PartitionLog) {
    guard let entry = unsynced.removeValue(forKey: ObjectIdentifier(log)) else { return }
    let start = clock.monotonicTime()
    do {
      try entry.appender.synchronize()
    } catch {
      note(error)
      // There was no descriptor for it: the next round tries again.
      if whyOffline == nil { unsynced[ObjectIdentifier(log)] = entry }
      return
    }
    metrics.syncDuration.observe(clock.monotonicTime().nanoseconds(since: start))
    metrics.batchesPerSync.observe(UInt64(entry.batches))
    wakeReaders(of: log)
    if unsynced.isEmpty { deadline = nil }
  }

  private func syncWhatIsOverdue() {
    guard let due = deadline, clock.monotonicTime() >= due else { return }
    for entry in unsynced.values { synchronize(entry.appender.log) }
    deadline = unsynced.isEmpty ? nil : nextIdleSync
    completions.deliver()
  }

  private func answer(_ group: Group, _ stage: AppendRequest.Acknowledgement) {
    let reached = group.appender.log.frontiers.committed
    for request in group.requests where request.acknowledgement == stage {
      if stage == .committed, case .success(let stored) = request.outcome,
        stored.baseOffset + stored.count > reached
      {
        let reason = whyOffline ?? "the sync failed"
        request.outcome = .failure(.offline(reason: reason))
      }
      queued.subtract(request.batches.bytes)
      completions.add(request)
    }
  }

  private func wakeReaders(of log: PartitionLog) {
    for waiter in log.takeReadyWaiters() {
      if let job = waiter.fire() { completions.add(job, on: waiter.sink) }
    }
  }

  /// One place where a disk that failed for good takes the whole directory offline.
  private func note(_ error: LogError) {
    guard case .offline(let reason) = error else { return }
    offlineReason.withLock { if $0 == nil { $0 = reason } }
  }
}
