import Platform

/// Writes groups of requests, syncs the logs and answers. There is one for each thread that does
/// so; an appender is in the hands of one at a time.
final class GroupCommit {
  private let clock: any Clock
  private let metrics: LogMetrics
  private let queued: QueuedBytes
  private let offlineReason: Lock<String?>
  private let recoveryPoints: RecoveryPoints
  private var completions = Completions()

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

  /// Writes requests in their order, with one call, and answers those who wanted no more.
  func write(_ requests: [AppendRequest], to appender: LogAppender) {
    if requests.isEmpty { return }
    do throws(LogError) {
      try refuseWhenOffline()
    } catch {
      for request in requests { refuse(request, error) }
      return
    }
    appender.append(requests)
    var batches = 0
    var records = 0
    var bytes = 0
    for request in requests {
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
    // By what is committed, not by the settings, which may change between two lines.
    if !appender.isAwaitingSync {
      wakeReaders(of: appender.log)
    } else if batches > 0 {
      appender.unsynced.batches += batches
      if appender.unsynced.since == nil { appender.unsynced.since = clock.monotonicTime() }
    }
    for request in requests {
      if request.acknowledgement == .written {
        tell(request)
      } else {
        appender.unsynced.requests.append(request)
      }
    }
  }

  /// Syncs the log if a request waits for that, and answers; a failed sync fails them all.
  func commit(_ appender: LogAppender) {
    guard !appender.unsynced.requests.isEmpty else { return }
    if appender.isAwaitingSync { synchronize(appender) }
    let requests = appender.unsynced.requests
    appender.unsynced.requests = []
    let reached = appender.log.frontiers.committed
    for request in requests {
      if case .success(let stored) = request.outcome, stored.baseOffset + stored.count > reached {
        let reason = offlineReason.withLock { $0 } ?? "the sync failed"
        request.outcome = .failure(.offline(reason: reason))
      }
      tell(request)
    }
  }

  /// Syncs what only a sync makes visible.
  func synchronize(_ appender: LogAppender) {
    // A sync that failed must not be tried again: the second one would find nothing wrong.
    guard appender.isAwaitingSync, !isOffline else { return }
    let batches = appender.unsynced.batches
    let start = clock.monotonicTime()
    do {
      try appender.synchronize()
    } catch {
      note(error)
      // If there was no descriptor for it, it is tried again after a while.
      appender.unsynced.since = clock.monotonicTime()
      return
    }
    metrics.syncDuration.observe(clock.monotonicTime().nanoseconds(since: start))
    metrics.batchesPerSync.observe(UInt64(batches))
    wakeReaders(of: appender.log)
  }

  /// Has the disk begin with what was written, while more is on its way.
  func beginSync(_ appender: LogAppender) { beginSync(appender, goesOn: true) }

  /// Has the disk begin with all the logs that are synced next: then one entry of the file system's
  /// journal serves them all, instead of one for each, one after the other.
  func beginSyncs(_ appenders: some Sequence<LogAppender>) {
    let some = appenders.filter { !$0.unsynced.requests.isEmpty && $0.isAwaitingSync }
    if some.count > 1 { for appender in some { beginSync(appender, goesOn: false) } }
  }

  private func beginSync(_ appender: LogAppender, goesOn: Bool) {
    guard !isOffline else { return }
    do {
      try appender.beginSync(goesOn: goesOn)
    } catch {
      note(error)
    }
  }

  /// Brings log and index files so far that recovery may begin there, and notes it.
  func advanceCheckpoint(_ appender: LogAppender) throws(LogError) {
    synchronize(appender)
    try refuseWhenOffline()
    do {
      try appender.advanceCheckpoint()
    } catch {
      note(error)
      throw error
    }
    recoveryPoints.set(appender.checkpoint, of: appender.log.name)
    wakeReaders(of: appender.log)
  }

  func refuse(_ request: AppendRequest, _ error: LogError) {
    metrics.refusedAppends.increment()
    request.outcome = .failure(error)
    tell(request)
  }

  func wakeReaders(of log: PartitionLog) {
    for waiter in log.takeReadyWaiters() {
      if let job = waiter.fire() { completions.add(job, on: waiter.sink) }
    }
  }

  /// Tells everybody what became of their requests.
  func deliver() { completions.deliver() }

  func refuseWhenOffline() throws(LogError) {
    if let reason = offlineReason.withLock({ $0 }) { throw .offline(reason: reason) }
  }

  /// One place where a disk that failed for good takes the whole directory offline.
  func note(_ error: LogError) {
    guard case .offline(let reason) = error else { return }
    offlineReason.withLock { if $0 == nil { $0 = reason } }
  }

  var isOffline: Bool { offlineReason.withLock { $0 != nil } }

  private func tell(_ request: AppendRequest) {
    queued.subtract(request.batches.bytes)
    completions.add(request)
  }
}
