import Broker
import HTTP
import HTTPServer
import JSON
import Log

/// `/v1/groups/{group}/dead-letters`: look at them, send them back, throw them away.
enum DeadLettersResource {
  private static let recordsByDefault = 100
  private static let recordsMax = 10_000
  private static let bytesMax = 8 << 20

  @Sendable static func list(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["offset", "max_records", "values"])
    let from = try query.number("offset", 0...Int.max) ?? 0
    let count = try query.number("max_records", 1...recordsMax) ?? recordsByDefault
    let values = try FetchParameters.valueForm(query)
    let group = try call.group()
    var head = ResponseHead(.ok)
    head.add("Content-Type", "application/json")
    head.add("Cache-Control", "no-store")
    let letters: DeadLetters
    do throws(BrokerError) {
      letters = try call.broker.deadLetters(
        of: group, from: Int64(from), maxRecords: count, maxBytes: bytesMax)
    } catch {
      throw Problem(error)
    }
    let records = RecordJSON(values, onOneLine: false, parser: call.handler.parser)
    let source = LeaseSource(
      letters.part.map { [$0] } ?? [], records, for: call.exchange, call.handler.recent, nil,
      tail: ",\"next_offset\":\(letters.nextOffset),\"total\":\(letters.total)")
    if !call.exchange.respond(call.identified(head), source: source), let error = source.failure {
      throw Problem(error)
    }
  }

  @Sendable static func redrive(_ call: Call) throws(Problem) {
    let group = try call.group()
    guard call.exchange.hasBody else { return redrive(call, group, RedriveRequest()) }
    call.receiveJSON { document throws(Problem) in
      redrive(call, group, try request(document))
    }
  }

  @Sendable static func purge(_ call: Call) throws(Problem) {
    let group = try call.group()
    call.broker.purgeDeadLetters(
      of: group, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { count in
          call.respondJSON { json in
            json.beginObject()
            json.key("purged")
            json.number(count)
            json.endObject()
          }
        }
      })
  }

  private static func redrive(_ call: Call, _ group: Group, _ request: RedriveRequest) {
    call.broker.redrive(
      group, request, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { result in
          call.respondJSON { json in
            json.beginObject()
            json.key("redriven")
            json.number(result.redriven)
            json.key("failed")
            json.number(result.failed)
            json.key("remaining")
            json.number(result.remaining)
            json.endObject()
          }
        }
      })
  }

  private static func request(_ document: JSONValue) throws(Problem) -> RedriveRequest {
    guard document.kind == .object else {
      throw Problem(.badRequest, "invalid_parameter", "The body must be an object.")
    }
    var request = RedriveRequest()
    for (key, value) in document.members {
      switch key {
      case "max":
        guard let number = value.int64, number >= 1, number <= Int64(Int32.max) else {
          throw Problem.invalidParameter("max", "It must be a whole number of at least 1.")
        }
        request.max = Int(number)
      case "topic": request.topic = try text(value, "topic")
      case "tag": request.tag = try text(value, "tag")
      case "reason":
        guard let reason = DeadLetterReason(rawValue: try text(value, "reason")) else {
          throw Problem.invalidParameter("reason", "It must be max_attempts or rejected.")
        }
        request.reason = reason
      default: throw Problem.invalidParameter(key.string, "There is no such field.")
      }
    }
    return request
  }

  private static func text(_ value: JSONValue, _ name: String) throws(Problem) -> String {
    guard let text = value.string else {
      throw Problem.invalidParameter(name, "It must be a text.")
    }
    return text
  }
}
