import Broker
import HTTP
import HTTPServer
import JSON
import Log
import Platform

/// A partition's records as server-sent events, as they come, for as long as the client stays: read
/// on where the last slice ended, waiting with the log when there is nothing, and as fast as the
/// client takes them. No record is left out without saying so. Belongs to its loop.
final class RecordStream: BodySource {
  /// How much is chosen at a time; memory holds far less of it.
  private static let sliceBytes = 1 << 20

  private let exchange: Exchange
  private let log: any RecordLog
  private let tags: [Tag]?
  private let records: RecordJSON
  private let streams: Streams
  /// The first offset that was not looked at yet.
  private var next: Offset
  /// How many records are still wanted.
  private var remaining: Int
  private var slice: LogSlice?
  private var reader: SliceReader?
  private var waiter: LogWaiter?
  private var timer: LoopTimer?
  /// The id the client knows.
  private var lastID: Int64
  private var hasBegun = false
  private var isBringingIn = false
  private var silence = Silence()
  private var heartbeatIsDue = false
  private var isCounted = false
  /// True once nothing more will come.
  private(set) var isOver = false

  init(
    _ call: Call, _ parameters: FetchParameters, _ log: any RecordLog, from offset: Offset
  ) {
    exchange = call.exchange
    streams = call.service.streams
    self.log = log
    tags = parameters.tags
    records = RecordJSON(parameters.values, onOneLine: true, parser: call.handler.parser)
    next = offset
    remaining = parameters.maxRecords
    lastID = offset.value - 1
  }

  /// Chooses the first records, so that a place that cannot be read from is said by a status.
  func prepare() throws(LogError) {
    let slice = try log.read(request)
    take(slice)
  }

  /// Answers, and goes on until the client, the server or `max_records` ends it.
  func answer(_ head: ResponseHead) throws(Problem) {
    // A head alone is not a reader.
    if exchange.head.method == .head {
      exchange.respond(head, source: StreamHead())
      return
    }
    try streams.countIn(.records)
    isCounted = true
    exchange.respond(head, stream: self, unsentBytesMax: 0)
    guard !isOver else { return }
    guard !exchange.isGone else { return end() }
    exchange.onGone = { [self] in end() }
    exchange.onDrain = { [self] in
      end()
      exchange.resumeOutput()
    }
    armTimer()
  }

  func fill(_ buffer: ByteBuffer, budget: Int) -> BodyStep {
    if !hasBegun {
      hasBegun = true
      buffer.append(EventText.beginning)
    }
    if isOver { return .end }
    if heartbeatIsDue { writeHeartbeat(to: buffer) }
    // The reader is another thread's meanwhile.
    if isBringingIn { return .waiting }
    let start = buffer.count
    defer { if buffer.count > start { silence.end() } }
    do {
      while buffer.count < start + budget {
        if remaining == 0 {
          end()
          return .end
        }
        guard let reader else {
          if try readOn(buffer) { continue }
          return .waiting
        }
        if try !give(from: reader, to: buffer) { return .waiting }
      }
      return .more
    } catch {
      writeFailure(error, to: buffer)
      end()
      return .end
    }
  }

  /// Gives the next batch's records; false while they are brought in.
  private func give(from reader: SliceReader, to buffer: ByteBuffer) throws(LogError) -> Bool {
    do {
      switch try reader.next() {
      case .batch(let header, let bytes): try append(header, bytes, of: reader, to: buffer)
      case .notCached:
        bringIn(reader)
        return false
      case .end: leaveSlice()
      }
    } catch {
      // The next look finds what is left, and tells of the gap.
      guard case .offsetTooOld = error else { throw error }
      slice = nil
      self.reader = nil
    }
    return true
  }

  // MARK: - Reading on

  private var request: ReadRequest {
    var request = ReadRequest(
      offset: next, maxBytes: RecordStream.sliceBytes, maxRecords: remaining, tags: tags)
    request.passedMax = Fetch.passedMax
    return request
  }

  private func take(_ slice: LogSlice) {
    if slice.isEmpty {
      next = slice.nextOffset
    } else {
      self.slice = slice
      reader = SliceReader(slice)
    }
  }

  private func leaveSlice() {
    if let slice { next = max(next, slice.recordLimitOffset) }
    slice = nil
    reader = nil
  }

  /// Chooses what comes next, past what was deleted meanwhile; false when it waits with the log, or
  /// for the loop's next turn.
  private func readOn(_ buffer: ByteBuffer) throws(LogError) -> Bool {
    guard waiter == nil else { return false }
    do {
      let slice = try log.read(request)
      take(slice)
      if slice.isEmpty, slice.rest != nil {
        _ = exchange.after(milliseconds: 0) { [self] in if !isOver { exchange.resumeOutput() } }
        return false
      }
    } catch {
      guard case .offsetTooOld(let start) = error else { throw error }
      writeGap(to: start, buffer)
    }
    return reader != nil || !wait()
  }

  /// Waits for records; false if there are some by now.
  private func wait() -> Bool {
    let bound = ThreadBound(self)
    let waiter = LogWaiter(sink: exchange.sink) {
      let stream = bound.value
      stream.waiter = nil
      if !stream.isOver { stream.exchange.resumeOutput() }
    }
    self.waiter = waiter
    if log.hold(waiter, at: next) { return true }
    self.waiter = nil
    return false
  }

  /// Waits for the disk on another thread, then goes on; an error shows when the reader is asked
  /// again.
  private func bringIn(_ reader: SliceReader) {
    guard !isBringingIn else { return }
    isBringingIn = true
    let carried = RecordSourceReader(reader)
    exchange.offload {
      carried.bringIn()
    } then: { [self] _ in
      isBringingIn = false
      if !isOver { exchange.resumeOutput() }
    }
  }

  /// Nothing more is read, waited for or counted.
  private func end() {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    timer = nil
    if let waiter, waiter.claim() { log.forget(waiter) }
    waiter = nil
    exchange.onGone = nil
    exchange.onDrain = nil
    if isCounted { streams.countOut(.records) }
  }

  // MARK: - Writing

  private func append(
    _ header: BatchHeader, _ bytes: UnsafeRawBufferPointer, of reader: SliceReader,
    to buffer: ByteBuffer
  ) throws(LogError) {
    let limit = slice?.recordLimitOffset ?? next
    do {
      var batch = try RecordReader(bytes, header: header)
      try batch.skip(to: next)
      while remaining > 0, let record = try batch.next(), record.offset < limit {
        guard record.offset >= next else { continue }
        EventText.append(id: record.offset.value, to: buffer) { records.write(record, to: &$0) }
        lastID = record.offset.value
        next = record.offset + 1
        remaining -= 1
      }
    } catch {
      throw reader.malformed()
    }
  }

  /// Records that were deleted before they could be given are not passed over in silence.
  private func writeGap(to start: Offset, _ buffer: ByteBuffer) {
    streams.gaps.increment()
    EventText.append("gap", id: start.value - 1, to: buffer) { json in
      json.beginObject()
      json.key("next_offset")
      json.number(next.value)
      json.key("earliest_offset")
      json.number(start.value)
      json.endObject()
    }
    lastID = start.value - 1
    next = start
  }

  /// The last event of a stream that cannot go on: the problem that a request would be answered
  /// with.
  private func writeFailure(_ error: any Error, to buffer: ByteBuffer) {
    EventText.append("failure", to: buffer) { Problem(any: error).write(to: &$0) }
  }

  /// Says that the connection stands, and moves the client's id past records that were not chosen:
  /// it does not have them looked through again when it comes back.
  private func writeHeartbeat(to buffer: ByteBuffer) {
    heartbeatIsDue = false
    guard next.value - 1 > lastID, reader == nil else {
      return buffer.append(EventText.heartbeat)
    }
    lastID = next.value - 1
    buffer.append(": heartbeat\n")
    EventText.append(id: lastID, to: buffer)
    buffer.append("\n")
  }

  private func armTimer() {
    timer = exchange.after(milliseconds: Silence.tickMilliseconds) { [self] in
      if silence.tick() {
        heartbeatIsDue = true
        exchange.resumeOutput()
      }
      armTimer()
    }
  }
}
