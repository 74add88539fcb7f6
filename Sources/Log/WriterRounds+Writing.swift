import Platform

/// How requests are written, synced and answered.
extension WriterRounds {
  func write(_ queue: LogQueue, bytesMax: Int) {
    let requests = queue.takeWaiting(bytesMax: bytesMax)
    do throws(LogError) {
      try refuseWhenOffline()
    } catch {
      for request in requests { refuse(request, error) }
      return
    }
    queue.appender.append(requests)
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
    bytesSinceCheckpoint += bytes
    noteUnsynced(queue, batches: batches)
    for request in requests {
      if request.acknowledgement == .written {
        tell(request)
      } else {
        queue.addUnanswered(request)
      }
    }
  }

  private func noteUnsynced(_ queue: LogQueue, batches: Int) {
    // By what is committed, not by the settings, which may change between two lines.
    if !queue.appender.isAwaitingSync { return wakeReaders(of: queue.log) }
    guard batches > 0 else { return }
    queue.unsyncedBatches += batches
    unsynced[ObjectIdentifier(queue.log)] = queue
    if deadline == nil {
      deadline = clock.monotonicTime().advanced(
        byMilliseconds: WriterRounds.idleSyncMilliseconds)
    }
  }

  /// Syncs the queue's log if one of its requests waits for that, and answers; a failed sync fails
  /// them all, for good.
  func commit(_ queue: LogQueue) {
    guard !queue.unanswered.isEmpty else { return }
    if queue.appender.isAwaitingSync { synchronize(queue) }
    let reached = queue.log.frontiers.committed
    for request in queue.takeUnanswered() {
      if case .success(let stored) = request.outcome, stored.baseOffset + stored.count > reached {
        let reason = offlineReason.withLock { $0 } ?? "the sync failed"
        request.outcome = .failure(.offline(reason: reason))
      }
      tell(request)
    }
  }

  func tell(_ request: AppendRequest) {
    queued.subtract(request.batches.bytes)
    completions.add(request)
  }

  func synchronize(_ queue: LogQueue) {
    queue.isOverdue = false
    guard unsynced.removeValue(forKey: ObjectIdentifier(queue.log)) != nil, !isOffline else { return }
    let start = clock.monotonicTime()
    do {
      try queue.appender.synchronize()
    } catch {
      return note(error)
    }
    metrics.syncDuration.observe(clock.monotonicTime().nanoseconds(since: start))
    metrics.batchesPerSync.observe(UInt64(queue.unsyncedBatches))
    queue.unsyncedBatches = 0
    wakeReaders(of: queue.log)
    if unsynced.isEmpty { deadline = nil }
  }

  func beginSync(_ queue: LogQueue) {
    do {
      try queue.appender.beginSync()
    } catch {
      note(error)
    }
  }

  func wakeReaders(of log: PartitionLog) {
    for waiter in log.takeReadyWaiters() {
      if let job = waiter.fire() { completions.add(job, on: waiter.sink) }
    }
  }

  private var isOffline: Bool { offlineReason.withLock { $0 != nil } }

  /// One place where a disk that failed for good takes the whole directory offline.
  func note(_ error: LogError) {
    guard case .offline(let reason) = error else { return }
    offlineReason.withLock { if $0 == nil { $0 = reason } }
  }
}
