import Log
import Platform

/// A partition that is searched for a key, from its end backwards.
struct KeySearchPart: Sendable {
  /// Windows are chosen for about so many bytes; a batch is never cut.
  private static let windowBytes = 1 << 20

  let number: Int
  let log: any RecordLog
  /// Everything from here on was looked at.
  private(set) var before: Offset
  /// The newest first.
  private(set) var matches: [KeyMatch] = []
  /// The newest time in the last window: what lies before is hardly newer.
  private(set) var lastTimestamp = Int64.max

  init(_ number: Int, _ log: any RecordLog, before: Offset?) {
    self.number = number
    self.log = log
    let end = log.offsets.highWatermark
    self.before = min(before ?? end, end)
  }

  /// True when there is nothing left to look at.
  var isAtStart: Bool { before <= log.offsets.logStart }

  /// Looks through the window before what was looked at; gives how many records and how many bytes
  /// it had. Waits for the disk.
  mutating func lookBack(
    _ request: KeySearchRequest, windowRecords: Int, _ make: (Record) -> ByteBuffer
  ) throws -> (scanned: Int, bytes: Int) {
    do {
      return try lookBackUndisturbed(request, windowRecords, make)
    } catch LogError.offsetTooOld(let logStart) {
      // Retention took the window, or a part of it: the next one begins where the log does now.
      before = max(before, logStart)
      return (0, 0)
    }
  }

  private mutating func lookBackUndisturbed(
    _ request: KeySearchRequest, _ windowRecords: Int, _ make: (Record) -> ByteBuffer
  ) throws -> (scanned: Int, bytes: Int) {
    let end = before
    guard let (start, slice) = try chooseWindow(request, windowRecords) else { return (0, 0) }
    var found = Found(limit: request.maxRecords, bytesMax: request.foundBytesMax)
    var bytes = slice.bytes
    var first = try look(through: slice, before: end, request, make, &found)
    first = min(first ?? start, start)
    // Damage may end a slice early; the next read says where it is.
    var next = slice.nextOffset
    while next < end {
      let more = try log.read(self.request(from: next, to: end, request.tags))
      guard more.nextOffset > next else { break }
      bytes += more.bytes
      next = more.nextOffset
      _ = try look(through: more, before: end, request, make, &found)
    }
    // What there was no room for is looked at again.
    before = found.dropped.map { $0 + 1 } ?? max(first ?? start, log.offsets.logStart)
    matches += found.matches.reversed()
    return (max(0, end - before), bytes)
  }

  /// The matches of a window, oldest first, of which the newest are kept.
  private struct Found {
    let limit: Int
    let bytesMax: Int
    private(set) var matches: [KeyMatch] = []
    /// The newest that there was no room for.
    private(set) var dropped: Offset?
    private var bytes = 0

    init(limit: Int, bytesMax: Int) { (self.limit, self.bytesMax) = (limit, bytesMax) }

    mutating func add(_ match: KeyMatch) {
      matches.append(match)
      bytes += match.body.count
      var surplus = 0
      while matches.count - surplus > limit || bytes > bytesMax && matches.count - surplus > 1 {
        bytes -= matches[surplus].body.count
        dropped = matches[surplus].offset
        surplus += 1
      }
      if surplus > 0 { matches.removeFirst(surplus) }
    }
  }

  private func request(from start: Offset, to end: Offset, _ tags: [Tag]?) -> ReadRequest {
    var request = ReadRequest(offset: start, maxBytes: .max, tags: tags)
    request.end = end
    return request
  }

  /// The window that ends at `before`: so many records, or fewer if those are large; `nil` when
  /// nothing is left there.
  private mutating func chooseWindow(
    _ request: KeySearchRequest, _ windowRecords: Int
  ) throws(LogError) -> (start: Offset, slice: LogSlice)? {
    var count = windowRecords
    while true {
      let start = max(log.offsets.logStart, Offset(max(0, before.value - Int64(count))))
      guard start < before else { return nil }
      let slice = try log.read(self.request(from: start, to: before, request.tags))
      if slice.bytes <= KeySearchPart.windowBytes || count == 1 { return (start, slice) }
      count = max(1, min(count / 2, count * KeySearchPart.windowBytes / slice.bytes))
    }
  }

  /// Gives the first offset of the first batch, `nil` if there is none.
  private mutating func look(
    through slice: LogSlice, before end: Offset, _ request: KeySearchRequest,
    _ make: (Record) -> ByteBuffer, _ found: inout Found
  ) throws -> Offset? {
    var first: Offset?
    var newest: Int64?
    let reader = SliceReader(slice)
    while let (header, bytes) = try reader.nextWaiting() {
      first = first ?? header.baseOffset
      newest = max(newest ?? .min, header.maxTimestamp)
      var batch = try RecordReader(bytes, header: header)
      while let record = try batch.next(), record.offset < end {
        guard let key = record.key, key.elementsEqual(request.key) else { continue }
        guard record.offset >= slice.logStartOffset else { continue }
        found.add(
          KeyMatch(
            partition: number, offset: record.offset, timestamp: record.timestamp,
            body: make(record)))
      }
    }
    lastTimestamp = newest ?? lastTimestamp
    return first
  }
}
