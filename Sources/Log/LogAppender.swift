import Platform

/// The writing end of one log: gives out offsets, writes runs of batches, keeps the indexes, begins
/// new segments.
///
/// Belongs to the writer's thread.
final class LogAppender {
  let log: PartitionLog
  private let clock: any Clock
  private var segment: LogSegment
  private var nextOffset: Offset
  private var position: Int
  private var bytesSinceIndexed = 0
  /// True when bytes were written that no sync has covered.
  private(set) var isUnsynced = false
  /// Everything before it is on the disk, and in the index files as far as they could be saved.
  private(set) var checkpoint: Offset

  init(_ log: PartitionLog, clock: any Clock) throws(LogError) {
    self.log = log
    self.clock = clock
    segment = try log.openSegments().last!
    nextOffset = log.frontiers.written
    position = segment.bytes
    checkpoint = log.checkpoint
  }

  /// Batches of several requests that go to the same segment in one call.
  private struct Run {
    var requests: [Int] = []
    var parts: [UnsafeRawBufferPointer] = []
    var entries: [(entry: BatchEntry, recordCount: Int, maxTimestamp: Int64)] = []
    var end: Int
    var nextOffset: Offset
  }

  /// Appends the requests' batches in order; gives each one's outcome.
  func append(_ requests: [AppendRequest]) -> [Result<AppendRequest.Stored, LogError>] {
    var outcomes = [Result<AppendRequest.Stored, LogError>](
      repeating: .failure(.closed), count: requests.count)
    guard (try? log.openSegments()) != nil else { return outcomes }
    let settings = log.settings
    var run = Run(end: position, nextOffset: nextOffset)
    for (index, request) in requests.enumerated() {
      let batches = request.batches
      do throws(LogError) {
        var numbers: [UInt32]?
        if !mustRoll(behind: run, bytes: batches.bytes, settings) { numbers = try number(batches) }
        if numbers == nil {
          flush(&run, &outcomes)
          try roll(settings)
          run = Run(end: position, nextOffset: nextOffset)
          numbers = try number(batches)
        }
        guard let numbers else {
          throw .invalidBatch(index: 0, reason: "one request carries too many different tags")
        }
        outcomes[index] = .success(
          AppendRequest.Stored(baseOffset: run.nextOffset, count: batches.recordCount))
        add(batches, index, numbers, to: &run)
      } catch {
        outcomes[index] = .failure(error)
      }
    }
    flush(&run, &outcomes)
    return outcomes
  }

  /// Makes everything written durable, or says why the directory must go offline.
  func synchronize() throws(LogError) {
    guard isUnsynced else { return }
    do {
      try segment.log.file.synchronizeData()
    } catch {
      throw .offline(reason: error.description)
    }
    isUnsynced = false
    if log.settings.durability == .disk { log.frontiers.advanceCommitted(to: nextOffset) }
  }

  /// Brings log and index files so far that recovery may begin here.
  func advanceCheckpoint() throws(LogError) {
    guard checkpoint < nextOffset else { return }
    try synchronize()
    indexLatestTime()
    if (try? segment.indexes.save()) != nil { checkpoint = nextOffset }
  }

  /// Begins a new segment unless the last one is still empty.
  func roll(_ settings: LogSettings) throws(LogError) {
    guard position > 0 else { return }
    try synchronize()
    indexLatestTime()
    // Indexes that cannot be saved are made again at the next start; the log goes on.
    try? segment.indexes.save()
    let fresh: LogSegment
    do {
      fresh = try LogSegment.create(
        at: nextOffset, in: log.directory, log.files, now: clock.wallMilliseconds())
    } catch {
      throw LogAppender.refusal(error)
    }
    log.state.withLock { $0.segments.append(fresh) }
    segment = fresh
    position = 0
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
    guard run.end > 0 else { return false }
    let relative = run.nextOffset - segment.baseOffset
    // Positions in the indexes have 32 bits, and Kafka's tools read them with a sign.
    let bytesMax = min(settings.segmentBytes, Int(Int32.max))
    return run.end + bytes > bytesMax || relative > Int(Int32.max) - (1 << 24)
      || clock.wallMilliseconds() - segment.createdMilliseconds >= settings.segmentMilliseconds
  }

  /// The tag numbers of the batches in this segment; `nil` when its dictionary is full.
  private func number(_ framed: FramedBatches) throws(LogError) -> [UInt32]? {
    var numbers: [UInt32] = []
    numbers.reserveCapacity(framed.batches.count)
    for batch in framed.batches {
      guard let tag = batch.tag else {
        numbers.append(0)
        continue
      }
      do {
        guard let number = try segment.batches.define(tag) else { return nil }
        numbers.append(number)
      } catch {
        throw LogAppender.refusal(error)
      }
    }
    return numbers
  }

  private func add(_ framed: FramedBatches, _ request: Int, _ numbers: [UInt32], to run: inout Run)
  {
    let bytes = framed.buffer.mutableBytes
    for (batch, number) in zip(framed.batches, numbers) {
      let base = bytes.baseAddress! + batch.position
      base.storeBigEndian(run.nextOffset.value, at: 0)
      base.storeBigEndian(Int32(0), at: 12)
      let entry = BatchEntry(
        relativeOffset: UInt32(run.nextOffset - segment.baseOffset), position: UInt32(run.end),
        size: UInt32(batch.size), tag: number)
      run.entries.append((entry, batch.recordCount, batch.maxTimestamp))
      run.end += batch.size
      run.nextOffset = run.nextOffset + batch.recordCount
    }
    if !bytes.isEmpty { run.parts.append(UnsafeRawBufferPointer(bytes)) }
    run.requests.append(request)
  }

  private func flush(_ run: inout Run, _ outcomes: inout [Result<AppendRequest.Stored, LogError>]) {
    guard !run.parts.isEmpty else { return }
    do {
      try segment.log.file.write(run.parts, at: position)
    } catch {
      let reason = takeBack(after: error)
      for request in run.requests { outcomes[request] = .failure(reason) }
      return
    }
    var maxTimestamp = segment.maxTimestamp
    for (entry, recordCount, timestamp) in run.entries {
      let lastRelative = entry.relativeOffset + UInt32(recordCount - 1)
      if timestamp > maxTimestamp || latestTime == nil {
        maxTimestamp = max(maxTimestamp, timestamp)
        latestTime = (maxTimestamp, lastRelative)
      }
      if bytesSinceIndexed > OffsetIndex.intervalBytes {
        segment.indexes.offsets.append(relativeOffset: lastRelative, position: entry.position)
        indexLatestTime()
        bytesSinceIndexed = 0
      }
      bytesSinceIndexed += Int(entry.size)
      segment.batches.append(entry)
    }
    segment.advance(bytes: run.end, maxTimestamp: maxTimestamp)
    position = run.end
    nextOffset = run.nextOffset
    isUnsynced = true
    log.frontiers.advanceWritten(to: nextOffset)
    if log.settings.durability == .memory { log.frontiers.advanceCommitted(to: nextOffset) }
  }

  /// After a failed write, takes back what part of it may be in the file: nobody was told of it.
  private func takeBack(after error: SystemError) -> LogError {
    do {
      try segment.log.file.truncate(to: position)
    } catch {
      return .offline(reason: error.description)
    }
    return LogAppender.refusal(error)
  }

  /// A full disk passes; anything else does not.
  private static func refusal(_ error: SystemError) -> LogError {
    error.isOutOfSpace ? .outOfSpace : .offline(reason: error.description)
  }
}
