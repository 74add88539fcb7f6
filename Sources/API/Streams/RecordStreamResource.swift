import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// GET `/v1/topics/{topic}/partitions/{partition}/records` with `Accept: text/event-stream`.
enum RecordStreamResource {
  /// What a stream without an end cannot take.
  private static let foreign: [StaticString] = ["max_bytes", "wait", "copy"]

  static func open(
    _ call: Call, _ parameters: FetchParameters, _ log: any RecordLog
  ) throws(Problem) {
    try refuseForeign(call)
    try call.refuseWhileDraining()
    if let last = try lastEventID(call.head) {
      return try resume(call, parameters, log, behind: last)
    }
    switch parameters.start {
    case .offset(let offset): try begin(call, parameters, log, at: offset)
    case .earliest: try begin(call, parameters, log, at: log.offsets.logStart)
    case .latest: try begin(call, parameters, log, at: log.offsets.highWatermark)
    case .time(let time): seek(call, parameters, log, to: time)
    }
  }

  private static func refuseForeign(_ call: Call) throws(Problem) {
    let query: QueryParameters
    do {
      query = try call.head.queryParameters()
    } catch {
      throw Problem(error)
    }
    for name in foreign where query.value(name) != nil {
      throw Problem.invalidParameter("\(name)", "A stream of events does not take it.")
    }
  }

  /// The offset of the last record that a client has had, by its own word.
  private static func lastEventID(_ head: RequestHead) throws(Problem) -> Offset? {
    guard head.has(.lastEventID), head.string(of: .lastEventID) != "" else { return nil }
    guard let number = head.integer(of: .lastEventID), number < Int.max else {
      throw Problem(
        .badRequest, "invalid_parameter",
        "Last-Event-ID: It must be the id of an event of this stream, an offset."
      ).with("parameter", "Last-Event-ID")
    }
    return Offset(Int64(number))
  }

  /// Goes on behind a record. If others behind it were deleted since, the stream begins by saying
  /// so: a status would end a browser's attempts to come back.
  private static func resume(
    _ call: Call, _ parameters: FetchParameters, _ log: any RecordLog, behind last: Offset
  ) throws(Problem) {
    let stream = RecordStream(call, parameters, log, from: last + 1)
    do {
      try stream.prepare()
    } catch {
      guard case .offsetTooOld = error else { throw Problem(error) }
    }
    try stream.answer(head(call, log, from: last + 1))
  }

  private static func begin(
    _ call: Call, _ parameters: FetchParameters, _ log: any RecordLog, at offset: Offset
  ) throws(Problem) {
    let stream = RecordStream(call, parameters, log, from: offset)
    do {
      try stream.prepare()
    } catch {
      // Retention may have been faster than a start that was not asked for by its number.
      guard case .offsetTooOld(let start) = error, !parameters.start.isOffset else {
        throw Problem(error)
      }
      return try begin(call, parameters, log, at: start)
    }
    try stream.answer(head(call, log, from: offset))
  }

  /// Finds the first record not older than a time, which may need the disk, and begins there.
  private static func seek(
    _ call: Call, _ parameters: FetchParameters, _ log: any RecordLog, to time: Int64
  ) {
    call.exchange.offload { () -> Result<Offset, LogError> in
      do throws(LogError) {
        return .success(try log.offset(atOrAfter: time))
      } catch {
        return .failure(error)
      }
    } then: { found in
      guard !call.exchange.isGone else { return }
      do throws(Problem) {
        switch found {
        case .success(let offset): try begin(call, parameters, log, at: offset)
        case .failure(let error): throw Problem(error)
        }
      } catch {
        call.fail(error)
      }
    }
  }

  private static func head(
    _ call: Call, _ log: any RecordLog, from offset: Offset
  ) -> ResponseHead {
    var head = EventText.head()
    let offsets = log.offsets
    head.add("Sluice-Next-Offset", Int(offset.value))
    head.add("Sluice-High-Watermark", Int(offsets.highWatermark.value))
    head.add("Sluice-Log-Start-Offset", Int(offsets.logStart.value))
    return call.identified(head)
  }
}
