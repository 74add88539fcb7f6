import Platform
import Synchronization

/// The log of one partition: segments in a directory, read by anybody, appended to by the log
/// writer alone.
public final class PartitionLog: Sendable {
  struct State {
    var segments: [LogSegment]
    var waiters: [(offset: Offset, waiter: LogWaiter)] = []
    var closed = false
  }

  /// Its directory's path below the data directory: `topics/orders-0`.
  public let name: String
  /// Where its files lie.
  let directory: String
  let openFiles: OpenFiles
  /// Everything before it was on the disk and in the index files when it was opened.
  let checkpoint: Offset
  /// The thread that appends to it.
  let writer: LogWriter
  let metrics: LogMetrics
  /// Says, for people, what was found.
  private let report: @Sendable (String) -> Void
  /// How far it has come.
  public let frontiers: Frontiers
  /// Whether it goes on behind an append that failed.
  let continuity = Continuity()
  let state: Lock<State>
  private let currentSettings: Lock<LogSettings>
  private let producers: Lock<ProducerTable>
  private let storedBytes: Atomic<Int>

  init(
    name: String, directory: String, openFiles: OpenFiles, writer: LogWriter,
    metrics: LogMetrics, segments: [LogSegment], end: Offset, checkpoint: Offset,
    settings: LogSettings, producers: ProducerTable, report: @escaping @Sendable (String) -> Void
  ) {
    self.name = name
    self.directory = directory
    self.openFiles = openFiles
    self.checkpoint = checkpoint
    self.writer = writer
    self.metrics = metrics
    frontiers = Frontiers(logStart: segments[0].baseOffset, end: end)
    state = Lock(State(segments: segments))
    storedBytes = Atomic(segments.reduce(0) { $0 + $1.bytes })
    currentSettings = Lock(settings)
    self.report = report
    metrics.producers.remembered.add(producers.count)
    self.producers = Lock(producers)
  }

  /// What its topic says about it; may be changed at any time.
  public var settings: LogSettings {
    get { currentSettings.withLock { $0 } }
    set { currentSettings.withLock { $0 = newValue } }
  }

  /// Chooses byte ranges; no byte of the log is touched.
  ///
  /// - Throws: `offsetTooOld`, `offsetPastEnd`, `corrupted`, `closed`.
  public func read(_ request: ReadRequest) throws(LogError) -> LogSlice {
    // In this order: everything before `committed` lies in these segments. Only retention may have
    // moved the start past it in between.
    let before = frontiers.committed
    let segments = try openSegments()
    let start = segments[0].baseOffset
    let committed = max(before, start)
    guard request.offset >= start else { throw .offsetTooOld(logStartOffset: start) }
    guard request.offset <= committed else { throw .offsetPastEnd(highWatermark: committed) }
    var plan = ReadPlan(request, committed: committed, logStart: start)
    var index = PartitionLog.segment(holding: request.offset, in: segments)
    while index < segments.count, !plan.isFull, request.offset < committed {
      let next = index + 1 < segments.count ? segments[index + 1].baseOffset : committed
      do {
        try plan.take(segments[index], endOffset: next)
      } catch {
        throw whatBecame(of: segments[index].log, error)
      }
      index += 1
    }
    var slice = plan.slice
    slice.log = self
    return slice
  }

  /// A reader has found that the batch at a position of a segment's file is not what was written.
  /// No read chooses it from now on, and people are told.
  func noteDamage(_ file: StoredFile, at position: Int, _ reason: String) {
    // Where the index cannot be looked at now, the next reader finds it again; what was deleted
    // meanwhile nobody reads.
    guard let segment = state.withLock({ $0.segments.first { $0.log === file } }),
      let bytes = try? segment.noteDamage(at: position, reason)
    else { return }
    metrics.damagedRanges.increment()
    report("\(file.path) is damaged at position \(position), \(bytes) bytes: \(reason)")
  }

  /// The first visible offset whose record is not older than `timestamp` (milliseconds since 1970),
  /// or the high watermark when all are older. Reads from the disk: not for an event loop.
  public func offset(atOrAfter timestamp: Int64) throws(LogError) -> Offset {
    let committed = frontiers.committed
    for segment in try openSegments() where segment.maxTimestamp >= timestamp {
      let search = TimeSearch(segment: segment, committed: committed)
      do {
        if let offset = try search.offset(atOrAfter: timestamp) { return offset }
      } catch {
        guard case .offsetTooOld = whatBecame(of: segment.log, error) else { throw error }
      }
    }
    return committed
  }

  /// Why a segment could not be read: the error, or that it was deleted meanwhile.
  ///
  /// - Parameter file: the segment's, which names it for readers of a slice too.
  func whatBecame(of file: StoredFile, _ error: LogError) -> LogError {
    guard case .unreadable = error else { return error }
    let (isClosed, isDeleted) = state.withLock { state in
      (state.closed, !state.segments.contains { $0.log === file })
    }
    if isClosed { return .closed }
    return isDeleted ? .offsetTooOld(logStartOffset: frontiers.logStart) : error
  }

  /// The log's directory is about to go: those who have begun to read go on, as far as descriptors
  /// reach, in the newest segments.
  func keepOpenForReaders() {
    for segment in state.withLock({ $0.segments }).reversed() {
      guard (try? segment.log.keepOpen()) != nil else { return }
    }
  }

  /// A segment's visible bytes as one region, and whether more may come.
  public func segmentRegion(
    baseOffset: Offset
  ) throws(LogError) -> SegmentFile? {
    let committed = frontiers.committed
    let segments = try openSegments()
    guard let index = segments.firstIndex(where: { $0.baseOffset == baseOffset }) else {
      return nil
    }
    if let failure = segments[index].failure { throw failure }
    let description = try describe(segments, index, committed)
    let region = FileRegion(file: segments[index].log, position: 0, count: description.bytes)
    return SegmentFile(
      region: region, description: description,
      fingerprint: try fingerprint(segments[index], bytes: description.bytes))
  }

  /// The file's birthmark and the checksums of its first and its last visible batch, as one number:
  /// what is visible of a file never changes, and grows at its end only.
  private func fingerprint(_ segment: LogSegment, bytes: Int) throws(LogError) -> UInt64 {
    do {
      let view = try segment.batches.view()
      defer { view.end() }
      let visible = view.prefixCount { BatchEntry($0).end <= bytes }
      guard visible > 0 else { return 0 }
      let file = try segment.log.open()
      var sum: UInt64 = 0
      for entry in [BatchEntry(view[0]), BatchEntry(view[visible - 1])] {
        let header = try BatchHeader(file, at: Int(entry.position))
        sum = sum << 32 | UInt64(header?.checksum ?? 0)
      }
      return try sum ^ file.birthmark()
    } catch {
      throw whatBecame(of: segment.log, LogError(reading: error))
    }
  }

  /// True if nothing is known to be there that could not be opened.
  var isWhole: Bool { state.withLock { $0.segments.allSatisfy { $0.failure == nil } } }

  /// All segments, oldest first.
  public func describeSegments() throws(LogError) -> [SegmentDescription] {
    let committed = frontiers.committed
    let segments = try openSegments()
    var descriptions: [SegmentDescription] = []
    descriptions.reserveCapacity(segments.count)
    for index in segments.indices {
      descriptions.append(try describe(segments, index, committed))
    }
    return descriptions
  }

  /// The bytes of all segments together, indexes not counted.
  public var bytes: Int { storedBytes.load(ordering: .relaxed) }

  /// Bytes were appended, or, when they are less than 0, deleted.
  func count(bytes: Int) { storedBytes.add(bytes, ordering: .relaxed) }

  /// Has `waiter` fired once there is something to read at `offset`.
  ///
  /// - Returns: false, and nothing is kept, when that is so already: look again.
  public func hold(_ waiter: LogWaiter, at offset: Offset) -> Bool {
    state.withLock { state in
      if state.closed || frontiers.committed > offset { return false }
      let index = state.waiters.firstIndex { $0.offset > offset } ?? state.waiters.count
      state.waiters.insert((offset, waiter), at: index)
      return true
    }
  }

  /// Forgets a waiter that does not wait any more.
  public func forget(_ waiter: LogWaiter) {
    state.withLock { $0.waiters.removeAll { $0.waiter === waiter } }
  }

  /// The waiters for whom there is something to read now.
  func takeReadyWaiters() -> [LogWaiter] {
    state.withLock { state in
      if state.waiters.isEmpty { return [] }
      let committed = frontiers.committed
      let ready =
        state.closed
        ? state.waiters.count
        : state.waiters.firstIndex { $0.offset >= committed } ?? state.waiters.count
      defer { state.waiters.removeFirst(ready) }
      return state.waiters.prefix(ready).map(\.waiter)
    }
  }

  /// True once no read, append or wait succeeds any more.
  public var isClosed: Bool { state.withLock { $0.closed } }

  /// No read, append or wait succeeds from now on.
  func close() {
    state.withLock { $0.closed = true }
    withProducers { $0 = ProducerTable(limits: $0.limits) }
  }

  /// Looks at what is remembered of the producers, or changes it: the writer's thread, and whoever
  /// forgets.
  func withProducers<Value, Failure: Error>(
    _ body: (inout ProducerTable) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let (value, grown) = try producers.withLock { table throws(Failure) in
      let before = table.count
      let value = try body(&table)
      return (value, table.count - before)
    }
    if grown != 0 { metrics.producers.remembered.add(grown) }
    return value
  }

  func openSegments() throws(LogError) -> [LogSegment] {
    let (segments, closed) = state.withLock { ($0.segments, $0.closed) }
    if closed { throw .closed }
    return segments
  }

  private static func segment(holding offset: Offset, in segments: [LogSegment]) -> Int {
    max(0, segments.partitioningIndex { $0.baseOffset > offset } - 1)
  }

  private func describe(
    _ segments: [LogSegment], _ index: Int, _ committed: Offset
  ) throws(LogError) -> SegmentDescription {
    let segment = segments[index]
    let sealed = index + 1 < segments.count
    return SegmentDescription(
      baseOffset: segment.baseOffset,
      nextOffset: sealed
        ? segment.missingFrom ?? segments[index + 1].baseOffset
        : max(committed, segment.baseOffset),
      bytes: sealed ? segment.bytes : try visibleBytes(segment, committed),
      maxTimestamp: segment.maxTimestamp < 0 ? nil : segment.maxTimestamp, sealed: sealed)
  }

  /// How far the last segment's bytes are visible; a sealed one's all are.
  private func visibleBytes(
    _ segment: LogSegment, _ committed: Offset
  ) throws(LogError) -> Int {
    let view = try segment.viewBatches()
    defer { view.end() }
    let visible = segment.countBatches(in: view, before: committed)
    return visible == 0 ? 0 : BatchEntry(view[visible - 1]).end
  }
}
