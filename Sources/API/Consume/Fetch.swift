import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// One consume request on its way: seeks, reads, waits for records if it may, answers. Belongs to
/// its loop.
final class Fetch {
  /// In one turn no more batches are passed over whose tag is not wanted: about as long as a small
  /// request takes.
  static let passedMax = 1 << 14

  private let call: Call
  private let parameters: FetchParameters
  private let form: FetchResource.Form
  private let log: any RecordLog
  private var timer: LoopTimer?
  private var waiter: LogWaiter?
  private var isWaiting = false
  /// What a search that goes on has found up to now.
  private var found: LogSlice?
  private var waitIsOver = false

  init(
    _ call: Call, _ parameters: FetchParameters, _ form: FetchResource.Form, _ log: any RecordLog
  ) {
    self.call = call
    self.parameters = parameters
    self.form = form
    self.log = log
    waitIsOver = parameters.waitMilliseconds == 0
  }

  /// Finds the first record not older than a time, which may need the disk, and reads from there.
  func seek(to time: Int64) {
    let log = log
    call.exchange.offload { () -> Result<Offset, LogError> in
      do throws(LogError) {
        return .success(try log.offset(atOrAfter: time))
      } catch {
        return .failure(error)
      }
    } then: { [self] found in
      switch found {
      case .success(let offset): read(from: offset)
      case .failure(let error): call.fail(Problem(error))
      }
    }
  }

  /// Reads, and answers unless there is nothing and the request may wait.
  ///
  /// - Parameter end: where to stop at the latest.
  func read(from offset: Offset, end: Offset? = nil) {
    guard !call.exchange.isGone else { return endWait() }
    var request = ReadRequest(
      offset: offset, maxBytes: parameters.maxBytes, maxRecords: parameters.maxRecords,
      tags: parameters.tags)
    request.passedMax = Fetch.passedMax
    request.end = end
    do {
      take(try log.read(request), from: offset)
    } catch {
      // Retention may have been faster than a start that was not asked for by its number.
      if case .offsetTooOld(let start) = error, !parameters.start.isOffset {
        return read(from: start)
      }
      endWait()
      return call.fail(Problem(error))
    }
  }

  private func take(_ slice: LogSlice, from offset: Offset) {
    if let rest = slice.rest {
      found = slice
      _ = call.exchange.after(milliseconds: 0) { [self] in look(for: rest, offset) }
    } else if slice.isEmpty, !waitIsOver {
      wait(at: slice.nextOffset)
    } else {
      endWait()
      answer(slice, from: offset)
    }
  }

  /// Goes on with a search that was interrupted for the loop's other connections.
  private func look(for rest: ReadRequest, _ offset: Offset) {
    guard !call.exchange.isGone, var slice = found else { return endWait() }
    // There may be many regions: nobody else holds them when others are added.
    found = nil
    slice.rest = nil
    do {
      slice.append(try log.read(rest))
    } catch {
      if slice.isEmpty { return read(from: rest.offset) }
      // The next request will meet with it.
    }
    take(slice, from: offset)
  }

  // MARK: - Waiting

  private func wait(at offset: Offset) {
    if !isWaiting {
      let limit = call.broker.limits.waitersMax
      guard call.service.countWaiterIn(limit: limit) else {
        return call.fail(Problem.tooManyWaiters(limit))
      }
      isWaiting = true
      timer = call.exchange.after(milliseconds: parameters.waitMilliseconds) { [self] in
        giveUp(at: offset)
      }
    }
    call.exchange.onDrain = { [self] in giveUp(at: offset) }
    call.exchange.onGone = { [self] in
      forgetWaiter()
      endWait()
    }
    let bound = ThreadBound(self)
    let waiter = LogWaiter(sink: call.exchange.sink) { bound.value.read(from: offset) }
    self.waiter = waiter
    // Records may have come between the read and this line: then look again at once.
    if !log.hold(waiter, at: offset), waiter.claim() { read(from: offset) }
  }

  /// The time is up, unless the data won: then its job is on the way and answers.
  private func giveUp(at offset: Offset) {
    waitIsOver = true
    guard let waiter, waiter.claim() else { return }
    log.forget(waiter)
    read(from: offset)
  }

  private func forgetWaiter() {
    if let waiter, waiter.claim() { log.forget(waiter) }
    waiter = nil
  }

  private func endWait() {
    timer?.cancel()
    timer = nil
    // The waiter's job holds this fetch.
    waiter = nil
    call.exchange.onDrain = nil
    call.exchange.onGone = nil
    if isWaiting { call.service.countWaiterOut() }
    isWaiting = false
  }

  // MARK: - Answering

  private func answer(_ slice: LogSlice, from offset: Offset) {
    guard call.isOpen(slice.regions) else {
      return call.bringOpen(slice) { [self] error in
        fail(error, at: offset)
      } then: { [self] in
        answer(slice, from: offset)
      }
    }
    switch form {
    case .batches:
      let strategy = parameters.copy ?? .automatic(bytes: slice.bytes, regions: slice.regions.count)
      var head = head(slice, next: slice.nextOffset, "application/vnd.kafka.recordbatch.v2")
      head.add("Sluice-Copy-Strategy", strategy.rawValue)
      call.exchange.respond(call.identified(head), regions: slice.regions, copy: strategy)
    case .document: answer(slice, SliceReader(slice), from: offset, .document)
    case .lines: answer(slice, SliceReader(slice), from: offset, .lines)
    case .events: preconditionFailure("a stream of events is no fetch")
    }
  }

  private func head(
    _ slice: LogSlice, next: Offset, _ contentType: StaticString
  ) -> ResponseHead {
    var head = ResponseHead(.ok)
    head.add("Sluice-Next-Offset", Int(next.value))
    head.add("Sluice-High-Watermark", Int(slice.highWatermark.value))
    head.add("Sluice-Log-Start-Offset", Int(slice.logStartOffset.value))
    head.add("Cache-Control", "no-store")
    head.add("Content-Type", contentType)
    return head
  }

  /// Answers with single records. A batch comes whole only where that is what was asked for: one
  /// that has more bytes than were wanted is cut between its records.
  private func answer(
    _ slice: LogSlice, _ reader: SliceReader, from offset: Offset, _ shape: RecordSource.Shape
  ) {
    var slice = slice
    if slice.bytes > parameters.maxBytes {
      do {
        switch try reader.next() {
        case .batch(let header, let bytes):
          var batch = try RecordReader(bytes, header: header)
          if let limit = try batch.limit(from: offset, bytesMax: parameters.maxBytes) {
            slice.recordLimitOffset = min(slice.recordLimitOffset, limit)
          }
          reader.stay()
        case .notCached:
          let carried = RecordSourceReader(reader)
          return call.exchange.offload {
            carried.bringIn()
          } then: { [self, slice] _ in
            answer(slice, reader, from: offset, shape)
          }
        case .end: break
        }
      } catch let error as LogError {
        return fail(error, at: offset)
      } catch {
        // The source will say what is wrong with the batch.
        reader.stay()
      }
    }
    let records = RecordJSON(
      parameters.values, onOneLine: shape == .lines, parser: call.handler.parser)
    let source = RecordSource(
      slice, reader, from: offset, shape: shape, records, for: call.exchange)
    let head = head(
      slice, next: slice.recordLimitOffset,
      shape == .lines ? "application/x-ndjson" : "application/json")
    respond(head, source, from: offset)
  }

  private func respond(_ head: ResponseHead, _ source: RecordSource, from offset: Offset) {
    if call.exchange.respond(call.identified(head), source: source) { return }
    if source.needsDisk { return source.bringIn { [self] in respond(head, source, from: offset) } }
    // What is sound before the place that cannot be read is an answer of its own.
    if source.failedAt > offset { return read(from: offset, end: source.failedAt) }
    if let error = source.failure { fail(error, at: offset) }
  }

  /// The records that were chosen cannot be read. Where they were deleted meanwhile, the next look
  /// says so, or finds those that are the first by now.
  private func fail(_ error: LogError, at offset: Offset) {
    guard case .offsetTooOld = error else { return call.fail(Problem(error)) }
    read(from: offset)
  }
}
