import Platform

/// The writing end of one log: gives out offsets, writes runs of batches, keeps the indexes, begins
/// new segments.
///
/// Belongs to the writer's thread, or for a turn to that of turns.
final class LogAppender {
  private static let pageBytes = 4096

  let log: PartitionLog
  private let clock: any Clock
  private var segment: LogSegment
  private var nextOffset: Offset
  private var position: Int
  private var bytesSinceIndexed = 0
  /// The segment's file from a write on until the sync that its records wait for: it is this one
  /// that a failure to write them back is told.
  private var held: (any File)?
  /// What was written and no sync has covered.
  var unsynced = Unsynced()
  /// Up to where the disk was asked to begin with it.
  private var syncBegun: Int
  /// What it was asked to begin with last.
  private var beingWritten: Range<Int>?
  /// Everything before it is on the disk, and in the index files as far as they could be saved.
  private(set) var checkpoint: Offset
  /// Up to where the file goes that says what is remembered of the producers.
  private var producersSaved: Offset
  /// True since that file could not be written.
  private var owesProducers = false

  init(_ log: PartitionLog, clock: any Clock) throws(LogError) {
    self.log = log
    self.clock = clock
    segment = try log.openSegments().last!
    nextOffset = log.frontiers.written
    position = segment.bytes
    syncBegun = position
    checkpoint = log.checkpoint
    producersSaved = log.withProducers { $0.savedThrough }
  }

  /// Batches of several requests that go to the same segment in one call.
  private struct Run {
    var requests: [AppendRequest] = []
    var parts: [UnsafeRawBufferPointer] = []
    var end: Int
    var nextOffset: Offset
    /// What was remembered of these requests, to be forgotten again if they cannot be written.
    var remembered: [ProducerTable.Change] = []
  }

  /// Appends the requests' batches in order, and notes each one's outcome in it.
  func append(_ requests: [AppendRequest]) {
    guard (try? log.openSegments()) != nil else { return }
    if let refusal {
      for request in requests { request.outcome = .failure(refusal) }
      return
    }
    let settings = log.settings
    var run = Run(end: position, nextOffset: nextOffset)
    for request in requests {
      let batches = request.batches
      do throws(LogError) {
        try refuseBehindFailure(batches)
        if let stamp = batches.producer, let first = try firstCopy(of: stamp, batches, &run) {
          request.outcome = .success(AppendRequest.Stored(first))
          continue
        }
        // Who only waits for a sync needs no segment.
        var mayJoin = batches.isEmpty || !mustRoll(behind: run, bytes: batches.bytes, settings)
        if mayJoin { mayJoin = try number(batches) }
        if !mayJoin {
          flush(&run)
          // What was written must not be written again if no new segment can begin.
          run = Run(end: position, nextOffset: nextOffset)
          try refuseBehindFailure(batches)
          try roll(settings)
          run = Run(end: position, nextOffset: nextOffset)
          guard try number(batches) else {
            throw .invalidBatch(index: 0, reason: "one request carries too many different tags")
          }
        }
        request.outcome = .success(
          AppendRequest.Stored(baseOffset: run.nextOffset, count: batches.recordCount))
        if let stamp = batches.producer { remember(stamp, batches, &run) }
        add(request, to: &run)
      } catch {
        log.continuity.fail()
        request.outcome = .failure(error)
      }
    }
    flush(&run)
  }

  /// Throws when the log has stopped at a failure; what was appended before may be waited for all
  /// the same.
  private func refuseBehindFailure(_ batches: FramedBatches) throws(LogError) {
    if log.continuity.isStopped, !batches.isEmpty {
      throw .unwritable(reason: "what comes before it could not be written")
    }
  }

  /// True when something was written that only a sync will make visible.
  var isAwaitingSync: Bool { unsynced.bytes > 0 && log.frontiers.committed < nextOffset }

  /// True when something was written since the checkpoint, or what is remembered of the producers
  /// could not be.
  var isBehindCheckpoint: Bool { checkpoint < nextOffset || owesProducers }

  /// Has the disk begin with what no sync has covered.
  ///
  /// - Parameter goesOn: when more is going to be written before the sync, the last page is left
  ///   out, because it is going to change; and the disk must be through with what it was asked to
  ///   begin with before: whatever else is synced meanwhile waits behind what the disk has to do.
  func beginSync(goesOn: Bool) throws(LogError) {
    let end = goesOn ? position & ~(LogAppender.pageBytes - 1) : position
    guard syncBegun < end, let file = held ?? segment.log.opened else { return }
    do {
      if goesOn, let beingWritten { try file.waitForWriting(beingWritten) }
      try file.beginSynchronizing(syncBegun..<end)
    } catch {
      throw .offline(reason: error.description)
    }
    beingWritten = syncBegun..<end
    syncBegun = end
  }

  /// Makes everything written durable, or says why the directory must go offline.
  func synchronize() throws(LogError) {
    guard unsynced.bytes > 0 else { return }
    let file = try open()
    do {
      try file.synchronizeData()
    } catch {
      throw .offline(reason: error.description)
    }
    unsynced.isOver()
    syncBegun = position
    beingWritten = nil
    held = nil
    log.frontiers.advanceCommitted(to: nextOffset)
  }

  /// Brings log and index files so far that recovery may begin here.
  func advanceCheckpoint() throws(LogError) {
    guard isBehindCheckpoint else { return }
    try synchronize()
    indexLatestTime()
    if (try? segment.indexes.save()) != nil { checkpoint = nextOffset }
    saveProducers()
  }

  /// Why nothing can be appended: what stands in the last segment is not known.
  private var refusal: LogError? {
    segment.failure.map {
      .unwritable(reason: "the last segment could not be opened at start: \($0)")
    }
  }

  /// True while the segment holds no record, and stands for none that is missing.
  private func isEmpty(upTo end: Int, _ next: Offset) -> Bool {
    end == 0 && next == segment.baseOffset
  }

  /// Begins a new segment unless the last one is still empty.
  func roll(_ settings: LogSettings) throws(LogError) {
    if let refusal { throw refusal }
    if isEmpty(upTo: position, nextOffset) {
      // Requests that could not be written may have used up its dictionary.
      segment.batches.forgetTags()
      return
    }
    try synchronize()
    indexLatestTime()
    // Indexes that cannot be saved are made again at the next start; the log goes on.
    try? segment.indexes.save()
    saveProducers()
    let fresh: LogSegment
    do {
      fresh = try LogSegment.create(
        at: nextOffset, in: log.directory, log.openFiles, now: clock.wallMilliseconds())
    } catch {
      throw LogError(writing: error)
    }
    log.state.withLock { $0.segments.append(fresh) }
    segment = fresh
    position = 0
    syncBegun = 0
    beingWritten = nil
    bytesSinceIndexed = 0
    latestTime = nil
    checkpoint = nextOffset
  }

  private var latestTime: (time: Int64, relativeOffset: UInt32)?

  private func indexLatestTime() {
    guard let latest = latestTime else { return }
    segment.indexes.times.append(timestamp: latest.time, relativeOffset: latest.relativeOffset)
  }

  private func mustRoll(behind run: Run, bytes: Int, _ settings: LogSettings) -> Bool {
    if isEmpty(upTo: run.end, run.nextOffset) { return false }
    let relative = run.nextOffset - segment.baseOffset
    // Positions in the indexes have 32 bits, and Kafka's tools read them with a sign.
    let bytesMax = min(settings.segmentBytes, Int(Int32.max))
    return run.end + bytes > bytesMax || relative > Int(Int32.max) - (1 << 24)
      || clock.wallMilliseconds() - segment.createdMilliseconds >= settings.segmentMilliseconds
  }

  /// Gives the batches their tags' numbers in this segment; false when its dictionary is full.
  private func number(_ framed: FramedBatches) throws(LogError) -> Bool {
    guard segment.batches.hasRoom(for: framed.batches.lazy.compactMap(\.tag)) else { return false }
    for index in framed.batches.indices {
      guard let tag = framed.batches[index].tag else { continue }
      do {
        guard let number = try segment.batches.define(tag) else { return false }
        framed.batches[index].tagNumber = number
      } catch {
        throw LogError(writing: error)
      }
    }
    return true
  }

  private func add(_ request: AppendRequest, to run: inout Run) {
    let framed = request.batches
    let bytes = framed.buffer.mutableBytes
    for index in framed.batches.indices {
      let batch = framed.batches[index]
      let base = bytes.baseAddress! + batch.position
      base.storeBigEndian(run.nextOffset.value, at: 0)
      base.storeBigEndian(Int32(0), at: 12)
      run.nextOffset = run.nextOffset + batch.recordCount
    }
    run.end += bytes.count
    if !bytes.isEmpty { run.parts.append(UnsafeRawBufferPointer(bytes)) }
    run.requests.append(request)
  }

  /// The first copy of a stamped request, if the log has it, or will have with this run.
  private func firstCopy(
    of stamp: ProducerStamp, _ batches: FramedBatches, _ run: inout Run
  ) throws(LogError) -> RememberedRequest? {
    let now = clock.wallMilliseconds()
    func look() throws(LogError) -> RememberedRequest? {
      try log.withProducers { table throws(LogError) in
        try table.firstCopy(of: stamp, count: batches.recordCount, now: now)
      }
    }
    var first = try look()
    if let found = first, found.baseOffset >= nextOffset {
      // It came a moment before, in this very run: whether it can be written decides.
      flush(&run)
      run = Run(end: position, nextOffset: nextOffset)
      first = try look()
    }
    // Nothing to append, and nothing to tell of: it was forgotten in the meantime.
    if first == nil, batches.isEmpty { throw .sequenceTooOld(last: stamp.sequence) }
    return first
  }

  private func remember(_ stamp: ProducerStamp, _ batches: FramedBatches, _ run: inout Run) {
    let request = RememberedRequest(
      sequence: stamp.sequence, count: Int32(clamping: batches.recordCount),
      baseOffset: run.nextOffset,
      timestamp: batches.batches[0].maxTimestamp)
    let now = clock.wallMilliseconds()
    run.remembered.append(
      log.withProducers { $0.remember(request, of: stamp, now: now) })
  }

  /// Writes down what is remembered of the producers, all of whose requests must be synced. A disk
  /// that refuses does no harm: a restart then finds out from the log, and as that may lose its
  /// beginning, the next checkpoint tries again.
  private func saveProducers() {
    guard producersSaved < nextOffset else { return }
    let through = nextOffset
    let now = clock.wallMilliseconds()
    let file = log.withProducers { $0.count > 0 ? $0.encoded(through: through, now: now) : nil }
    owesProducers = false
    guard let file else { return }
    let path = "\(log.directory)/\(ProducerTable.fileName)"
    owesProducers = (try? log.openFiles.system.replaceWhole(path, with: file)) == nil
    if !owesProducers { producersSaved = through }
  }

  private func flush(_ run: inout Run) {
    guard !run.parts.isEmpty else { return }
    do throws(LogError) {
      held = try store(run.parts)
    } catch {
      if !run.remembered.isEmpty {
        log.withProducers { table in
          for change in run.remembered.reversed() { table.takeBack(change) }
        }
      }
      log.continuity.fail()
      for request in run.requests { request.outcome = .failure(error) }
      return
    }
    var place = position
    var offset = nextOffset
    for request in run.requests {
      for batch in request.batches.batches {
        index(batch, at: place, offset)
        place += batch.size
        offset = offset + batch.recordCount
      }
    }
    unsynced.bytes += run.end - position
    log.count(bytes: run.end - position)
    position = run.end
    nextOffset = run.nextOffset
    if !run.remembered.isEmpty {
      segment.batches.noteStamp()
      let now = clock.wallMilliseconds()
      log.withProducers { $0.forget(now: now) }
    }
    log.frontiers.advanceWritten(to: nextOffset)
    if log.settings.durability == .memory {
      log.frontiers.advanceCommitted(to: nextOffset)
      // Nothing waits for a sync: there may be thousands of such logs.
      held = nil
    }
  }

  private func open() throws(LogError) -> any File {
    if let held { return held }
    do {
      return try segment.log.open()
    } catch {
      throw LogError(writing: error)
    }
  }

  /// Writes behind the last batch, or leaves the file as it was; gives the file.
  private func store(_ parts: [UnsafeRawBufferPointer]) throws(LogError) -> any File {
    let file = try open()
    do {
      try file.write(parts, at: position)
    } catch {
      throw takeBack(after: error, file)
    }
    return file
  }

  /// Enters a batch that was written into the segment's indexes.
  private func index(_ batch: FramedBatches.Batch, at place: Int, _ offset: Offset) {
    let relative = UInt32(offset - segment.baseOffset)
    let lastRelative = relative + UInt32(batch.recordCount - 1)
    if latestTime == nil || batch.maxTimestamp > segment.maxTimestamp {
      latestTime = (max(segment.maxTimestamp, batch.maxTimestamp), lastRelative)
    }
    if bytesSinceIndexed > OffsetIndex.intervalBytes {
      segment.indexes.offsets.append(
        relativeOffset: lastRelative, position: UInt32(place))
      indexLatestTime()
      bytesSinceIndexed = 0
    }
    bytesSinceIndexed += batch.size
    segment.batches.append(
      BatchEntry(
        relativeOffset: relative, position: UInt32(place), size: UInt32(batch.size),
        tag: batch.tagNumber), recordsEnd: lastRelative + 1)
    segment.advance(bytes: place + batch.size, maxTimestamp: batch.maxTimestamp)
  }

  /// After a failed write, takes back what part of it may be in the file: nobody was told of it.
  private func takeBack(after error: SystemError, _ file: any File) -> LogError {
    do {
      try file.truncate(to: position)
    } catch {
      return .offline(reason: error.description)
    }
    return LogError(writing: error)
  }
}
