import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// GET `/v1/topics/{topic}/partitions/{partition}/records`.
enum FetchResource {
  /// Record batches as they lie on disk.
  static let batchType: MediaType = "application/vnd.kafka.recordbatch.v2"
  private static let offered: [MediaType] = [
    "application/json", "application/x-ndjson", batchType, "text/event-stream",
  ]

  /// The form of the answer, in the order in which they are offered.
  enum Form: Int {
    case document, lines, batches, events
  }

  @Sendable static func fetch(_ call: Call) throws(Problem) {
    let parameters = try FetchParameters(call)
    let form = try form(call.head)
    let number = try call.partitionNumber()
    let topic = try call.topic()
    let log: any RecordLog
    do {
      log = try topic.partition(number)
    } catch {
      throw Problem(error)
    }
    if form == .events { return try RecordStreamResource.open(call, parameters, log) }
    let fetch = Fetch(call, parameters, form, log)
    switch parameters.start {
    case .offset(let offset): fetch.read(from: offset)
    case .earliest: fetch.read(from: log.offsets.logStart)
    case .latest: fetch.read(from: log.offsets.highWatermark)
    case .time(let time): fetch.seek(to: time)
    }
  }

  private static func form(_ head: RequestHead) throws(Problem) -> Form {
    guard let chosen = head.preferredMediaType(among: offered),
      let index = offered.firstIndex(of: chosen), let form = Form(rawValue: index)
    else {
      throw Problem(
        .notAcceptable, "not_acceptable", "Records are not to be had in this form."
      ).with("supported", offered.map(\.description))
    }
    return form
  }
}
