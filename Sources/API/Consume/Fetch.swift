import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// One consume request on its way: seeks, reads, waits for records if it may, answers. Belongs to
/// its loop.
final class Fetch {
  private let call: Call
  private let parameters: FetchParameters
  private let form: FetchResource.Form
  private let log: any RecordLog
  private var timer: LoopTimer?
  private var waiter: LogWaiter?
  private var isWaiting = false
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
  func read(from offset: Offset) {
    guard !call.exchange.isGone else { return endWait() }
    let slice: LogSlice
    do {
      slice = try log.read(
        ReadRequest(
          offset: offset, maxBytes: parameters.maxBytes, maxRecords: parameters.maxRecords,
          tags: parameters.tags))
    } catch {
      // Retention may have been faster than a start that was not asked for by its number.
      if case .offsetTooOld(let start) = error, !parameters.start.isOffset {
        return read(from: start)
      }
      endWait()
      return call.fail(Problem(error))
    }
    if slice.isEmpty, !waitIsOver {
      wait(at: slice.nextOffset)
    } else {
      endWait()
      answer(slice, from: offset)
    }
  }

  // MARK: - Waiting

  private func wait(at offset: Offset) {
    if !isWaiting {
      guard call.service.countWaiterIn(limit: call.broker.limits.waitersMax) else {
        var problem = Problem(.tooManyRequests, "too_many_waiters", "Too many requests wait.")
        problem.retryAfterSeconds = 1
        return call.fail(problem)
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
    var head = ResponseHead(.ok)
    let next = form == .batches ? slice.nextOffset : slice.recordLimitOffset
    head.add("Sluice-Next-Offset", Int(next.value))
    head.add("Sluice-High-Watermark", Int(slice.highWatermark.value))
    head.add("Sluice-Log-Start-Offset", Int(slice.logStartOffset.value))
    head.add("Cache-Control", "no-store")
    switch form {
    case .batches:
      let strategy = parameters.copy ?? .automatic(bytes: slice.bytes, regions: slice.regions.count)
      head.add("Content-Type", "application/vnd.kafka.recordbatch.v2")
      head.add("Sluice-Copy-Strategy", strategy.rawValue)
      call.respond(head, regions: slice.regions, copy: strategy)
    case .document:
      head.add("Content-Type", "application/json")
      stream(slice, from: offset, .document, head)
    case .lines:
      head.add("Content-Type", "application/x-ndjson")
      stream(slice, from: offset, .lines, head)
    case .events: preconditionFailure("a stream of events is no fetch")
    }
  }

  private func stream(
    _ slice: LogSlice, from offset: Offset, _ shape: RecordSource.Shape, _ head: ResponseHead
  ) {
    call.whenOpen(slice.regions) { [call, parameters] in
      let records = RecordJSON(
        parameters.values, onOneLine: shape == .lines, parser: call.handler.parser)
      let source = RecordSource(slice, from: offset, shape: shape, records, for: call.exchange)
      if !call.exchange.respond(call.identified(head), source: source), let error = source.failure {
        call.fail(Problem(error))
      }
    }
  }
}
