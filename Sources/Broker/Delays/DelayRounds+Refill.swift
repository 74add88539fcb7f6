import Log
import Platform

/// What goes on behind the hand-over: wide buckets are split, narrow ones taken into memory, empty
/// ones let go, and now and then a snapshot is written.
extension DelayRounds {
  /// After so many bytes of journal, or as many of files that hold nothing any more, a snapshot is
  /// due.
  private static let checkpointBytes = 64 << 20
  private static let sweepMilliseconds = 1000
  /// A bucket that cannot be read is tried again after this time.
  static let unreadableMilliseconds = 10_000
  /// When so many records came since the last sweep, whoever sends them wants to be done.
  private static let busyRecords = 100_000

  // MARK: - Splitting and loading

  /// True if a step can be taken at once.
  func isRefilling(_ now: Int64) -> Bool {
    guard !isResting, !isStopping else { return false }
    return load != nil || store.split != nil || nextToRefill(now) != nil
  }

  /// Takes a step.
  func refill(_ now: Int64) {
    guard !isResting, !isStopping else { return }
    store.readAgain(at: clock.monotonicTime())
    if load == nil, store.split == nil, let bucket = nextToRefill(now) {
      if bucket.level.isNarrow, isDue(bucket, now) {
        shrink(to: placesMax / 2)
        load = DelayLoad(bucket, room: placesMax - heap.count)
      } else {
        store.split = DelaySplit(bucket, in: store)
      }
    }
    do throws(LogError) {
      if let split = store.split {
        if try split.step() { store.split = nil }
      } else if let load {
        try step(load)
      }
    } catch {
      report("the bucket of delayed records is left for now: \(error)")
      leave(because: error)
    }
  }

  private func leave(because error: LogError) {
    let bucket = store.split?.parent ?? load?.bucket
    store.split?.abandon()
    store.split = nil
    switch error {
    case .corrupted, .unreadable, .unavailable:
      // Others can be read. Should some of it be taken a second time, the first one that is handed
      // over counts.
      load = nil
      let time = clock.monotonicTime().advanced(byMilliseconds: DelayRounds.unreadableMilliseconds)
      if let bucket { store.noteUnreadable(bucket, until: time) }
    default: rest(because: error)
    }
  }

  private func step(_ load: DelayLoad) throws(LogError) {
    let through = try load.step { place in
      let number = place.key.number
      if held.contains(number) || aside[number] != nil { return }
      heap.insert(place)
    }
    guard let through else { return }
    store.setLoaded(load.bucket, through: through)
    self.load = nil
  }

  /// True if the time has come to split a bucket or to take it into memory.
  private func isDue(_ bucket: DelayBucket, _ now: Int64) -> Bool {
    bucket.range.lowerBound - now <= bucket.level.leadMilliseconds
  }

  /// The earliest bucket whose time has come to be split or loaded, if there is room; or else one
  /// that is crowded.
  private func nextToRefill(_ now: Int64) -> DelayBucket? {
    for bucket in store.all {
      if bucket.range.lowerBound - now > DelayLevel.leadMillisecondsMax { break }
      guard store.isToBeLoaded(bucket), isDue(bucket, now) else { continue }
      if !bucket.level.isNarrow { return bucket }
      // What is in memory makes room by itself, unless all of it has to wait for this bucket.
      let hasRoom = heap.count < placesMax / 2
      if hasRoom || heap.min.map({ $0.key >= store.frontier }) ?? true { return bucket }
      break
    }
    return store.nextCrowded(now, isBusy: isBusy)
  }

  // MARK: - Letting go

  func sweepAtTimes(_ now: Int64) {
    let time = clock.monotonicTime()
    guard time >= sweptAt.advanced(byMilliseconds: DelayRounds.sweepMilliseconds) else { return }
    sweptAt = time
    isBusy = recordsSinceSweep >= DelayRounds.busyRecords
    recordsSinceSweep = 0
    guard load == nil else { return }
    store.sweep(now: now)
  }

  func checkpointWhenDue() {
    guard !isStopping else { return }
    let bytes = journal.bytesSinceCheckpoint
    if bytes >= DelayRounds.checkpointBytes
      || store.retiredBytes >= DelayRounds.checkpointBytes && bytes > 0
    {
      beginCheckpoint()
    }
  }

  private func beginCheckpoint() {
    guard !checkpointIsUnderWay, !hasLostFiles, !isResting, store.split == nil else {
      return
    }
    checkpointIsUnderWay = true
    var capture = store.capture()
    let (through, nextNumber, nextTopic) = journal.beginCheckpoint()
    capture.snapshot.nextNumber = nextNumber
    capture.snapshot.nextTopic = nextTopic
    capture.snapshot.nextPiece = nextPiece
    capture.snapshot.pieces = (announcing + announced + appending.values).map(\.announcement)
    let mailbox = sink.mailbox
    keeper.checkpoint(capture, through: through) { [capture] outcome in
      mailbox.post(.checkpointed(capture, outcome))
    }
  }

  func finishCheckpoint(_ capture: DelayCapture, _ outcome: Result<Void, LogError>) {
    checkpointIsUnderWay = false
    switch outcome {
    case .success: metrics.checkpoints.increment()
    case .failure(let error):
      store.putBack(capture)
      report("no snapshot of the delayed records: \(error)")
      journal.demandCheckpoint(bytes: DelayRounds.checkpointBytes)
      if case .offline = error { hasLostFiles = true }
      rest(because: error)
    }
    if hasBegunLastCheckpoint { isFinished = true }
  }

  // MARK: - Stopping

  /// Lets what is on its way arrive, then writes a last snapshot.
  func finishStop() {
    // What is not done now is done by the next start: the journal has it all.
    if engine.whyOffline != nil || isResting {
      isFinished = true
      return
    }
    guard announcing.isEmpty, appending.isEmpty, journal.isQuiet, !checkpointIsUnderWay else {
      return
    }
    for piece in announced {
      giveBack(piece)
      fates.append((piece.number, .returned))
    }
    announced.removeAll()
    noteFates()
    guard !hasBegunLastCheckpoint else { return }
    hasBegunLastCheckpoint = true
    if let split = store.split {
      split.abandon()
      store.split = nil
    }
    beginCheckpoint()
    if !checkpointIsUnderWay { isFinished = true }
  }
}
