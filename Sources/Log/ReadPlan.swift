/// Chooses the byte ranges of a read, segment by segment, from the batch indexes alone.
struct ReadPlan {
  private let request: ReadRequest
  private let committed: Offset
  private var records = 0
  private var passed = 0
  /// How many of the chosen ranges lie behind.
  private var chosenPassed = 0
  private(set) var slice: LogSlice
  /// True when a limit was reached and the next segment is not wanted.
  private(set) var isFull = false

  init(_ request: ReadRequest, committed: Offset, logStart: Offset) {
    self.request = request
    self.committed = committed
    slice = LogSlice(
      nextOffset: request.offset, recordLimitOffset: request.offset, highWatermark: committed,
      logStartOffset: logStart)
  }

  /// Takes what is wanted of a segment whose last record stands just before `endOffset`.
  mutating func take(_ segment: LogSegment, endOffset: Offset) throws(LogError) {
    if let failure = segment.failure {
      return try meet(failure, through: min(endOffset, request.end ?? endOffset))
    }
    let view = try segment.viewBatches()
    defer { view.end() }
    let base = segment.baseOffset
    let atOrBefore = view.prefixCount {
      base + Int(BatchEntry($0).relativeOffset) <= request.offset
    }
    var first = max(0, atOrBefore - 1)
    let wanted = min(committed, request.end ?? committed)
    let visible = segment.countBatches(in: view, before: wanted)
    var last = visible
    while let damage = segment.damage(in: view, first..<max(first, visible)) {
      if damage.batch > first {
        isFull = true
        last = damage.batch
        break
      }
      let next = first + 1
      try meet(
        damage.error,
        through: next < view.count
          ? base + Int(BatchEntry(view[next]).relativeOffset) : min(endOffset, committed))
      if isFull { return }
      first = next
    }
    guard first < last else { return }
    let end = Span(
      segment: segment, view: view, count: last,
      endOffset: last < view.count
        ? base + Int(BatchEntry(view[last]).relativeOffset) : min(endOffset, committed))
    if wanted < committed, visible < view.count { isFull = true }
    let numbers = request.tags.map { segment.batches.numbers(of: $0) }
    if numbers?.isEmpty == true {
      passOver(end)
    } else if numbers != nil || request.chosen != nil {
      takeSome(end, from: first, numbers: numbers)
    } else {
      takeAll(end, from: first)
    }
  }

  /// The visible batches of a segment.
  private struct Span {
    let segment: LogSegment
    let view: EntryFile.View
    let count: Int
    let endOffset: Offset

    @inline(__always)
    subscript(index: Int) -> BatchEntry { BatchEntry(view[index]) }

    @inline(__always)
    func baseOffset(_ index: Int) -> Offset {
      index < count ? segment.baseOffset + Int(self[index].relativeOffset) : endOffset
    }

    /// The batch that holds an offset, of those from `first` on; `count` if it lies behind them.
    func batch(holding offset: Offset, from first: Int) -> Int {
      if offset >= endOffset { return count }
      let base = segment.baseOffset
      let atOrBefore = view.prefixCount { base + Int(BatchEntry($0).relativeOffset) <= offset }
      return max(first, min(count, atOrBefore) - 1)
    }
  }

  /// The first record that is counted.
  private var origin: Offset { slice.passedDamage?.end ?? request.offset }

  /// Whole neighbouring batches: two binary searches, however many they are.
  private mutating func takeAll(_ span: Span, from first: Int) {
    let start = Int(span[first].position)
    let limit = start.addingReportingOverflow(request.maxBytes - min(slice.bytes, request.maxBytes))
    let byteLimit = limit.overflow ? Int.max : limit.partialValue
    var end = span.view.prefixCount { BatchEntry($0).end <= byteLimit }
    if request.maxRecords < Int.max - Int(origin.value) {
      let stop = origin + request.maxRecords
      end = min(end, span.segment.countBatches(in: span.view, before: stop))
      records = max(0, span.baseOffset(min(max(end, first + 1), span.count)) - origin)
    }
    end = min(end, span.count)
    if slice.isEmpty { end = max(end, first + 1) }
    if end < span.count || records >= request.maxRecords { isFull = true }
    guard end > first else { return }
    slice.add(
      span.segment.log, position: start, count: span[end - 1].end - start,
      from: span.baseOffset(first))
    goOn(from: span.baseOffset(end))
    if request.wantsRuns { slice.add(run: span.baseOffset(first)..<slice.nextOffset) }
    if request.maxRecords < Int.max - Int(origin.value) {
      slice.recordLimitOffset = min(slice.nextOffset, origin + request.maxRecords)
    }
  }

  /// A segment without any wanted tag.
  private mutating func passOver(_ span: Span) {
    goOn(from: span.baseOffset(span.count))
  }

  /// Only the batches with a wanted tag and a chosen offset; their entries are looked at, no batch
  /// is.
  private mutating func takeSome(_ span: Span, from first: Int, numbers: [UInt32]?) {
    var index = first
    var recordLimit: Offset?
    let chosen = request.chosen
    while index < span.count {
      if let chosen {
        while chosenPassed < chosen.count,
          chosen[chosenPassed].upperBound <= span.baseOffset(index)
        {
          chosenPassed += 1
        }
        guard chosenPassed < chosen.count else {
          isFull = true
          break
        }
        let place = span.batch(holding: chosen[chosenPassed].lowerBound, from: index)
        if place > index {
          index = place
          continue
        }
      }
      let entry = span[index]
      if numbers?.contains(entry.tag) ?? true {
        guard mayTake(entry) else {
          isFull = true
          break
        }
        recordLimit = take(entry, at: index, of: span)
        index += 1
        if recordLimit != nil { break }
      } else {
        index += 1
        passed += 1
        if passed >= request.passedMax { break }
      }
    }
    // Where nothing was looked at the search stands where it stood, maybe inside a batch.
    if index > first { goOn(from: span.baseOffset(index)) }
    if let recordLimit {
      slice.recordLimitOffset = recordLimit
      isFull = true
    }
    if passed >= request.passedMax {
      slice.rest = rest
      isFull = true
    }
  }

  /// True unless the batch is one too many.
  @inline(__always)
  private func mayTake(_ entry: BatchEntry) -> Bool {
    slice.regions.count < request.regionsMax
      && (slice.bytes + Int(entry.size) <= request.maxBytes
        || slice.isEmpty && request.alwaysGivesOne)
  }

  /// Takes one batch.
  ///
  /// - Returns: the offset in it behind which there are enough records, if there is one.
  @inline(__always)
  private mutating func take(_ entry: BatchEntry, at index: Int, of span: Span) -> Offset? {
    let start = span.segment.baseOffset + Int(entry.relativeOffset)
    slice.add(
      span.segment.log, position: Int(entry.position), count: Int(entry.size), from: start)
    guard request.wantsRuns || request.maxRecords < .max else { return nil }
    let next = span.baseOffset(index + 1)
    if request.wantsRuns { slice.add(run: start..<next) }
    let from = max(start, request.offset)
    let wanted = request.maxRecords - records
    records += next - from
    return records < request.maxRecords ? nil : from + wanted
  }

  private mutating func goOn(from offset: Offset) {
    slice.nextOffset = offset
    slice.recordLimitOffset = offset
  }

  /// The request for what is left of this one.
  private var rest: ReadRequest {
    var rest = request
    rest.offset = slice.nextOffset
    rest.maxBytes = max(0, request.maxBytes - slice.bytes)
    if request.maxRecords < Int.max { rest.maxRecords -= records }
    rest.regionsMax -= slice.regions.count
    rest.alwaysGivesOne = request.alwaysGivesOne && slice.isEmpty
    return rest
  }

  /// What comes next cannot be read: throws if that is what was asked for, and ends before it
  /// unless it is to be passed over.
  private mutating func meet(_ error: LogError, through end: Offset) throws(LogError) {
    let isFirst = slice.isEmpty && slice.nextOffset == slice.passedDamage?.end ?? request.offset
    guard isFirst else {
      isFull = true
      return
    }
    guard request.passesDamage else { throw error }
    slice.passedDamage = PassedDamage(error: slice.passedDamage?.error ?? error, end: end)
    goOn(from: end)
  }
}
