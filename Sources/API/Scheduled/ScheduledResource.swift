import Broker
import HTTP
import HTTPServer
import JSON
import Log
import Platform

/// `/v1/scheduled`: records that are delivered later: list them, look at one, take one back.
enum ScheduledResource {
  private static let recordsByDefault = 100
  private static let recordsMax = 1000
  private static let bytesMax = 8 << 20

  @Sendable static func list(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["topic", "limit", "after", "values"])
    let form = try FetchParameters.valueForm(query)
    var request = DelayPage.Request()
    request.topic = query.value("topic")
    if let name = request.topic {
      do throws(BrokerError) {
        _ = try call.broker.topic(name)
      } catch {
        throw Problem(error)
      }
    }
    request.max = recordsByDefault
    if let text = query.value("limit") {
      guard let number = Int(text), (1...recordsMax).contains(number) else {
        throw Problem.invalidParameter("limit", "It must be from 1 to \(recordsMax).")
      }
      request.max = number
    }
    if let text = query.value("after") {
      guard let key = DelayKey(id: text) else {
        throw Problem.invalidParameter("after", "It must be what next_after said.")
      }
      request.after = key
    }
    answer(call) { [request, delays = call.broker.delays] () throws(Problem) in
      do throws(LogError) {
        return render(try delays.page(request, bytesMax: bytesMax), form)
      } catch {
        throw Problem(error)
      }
    }
  }

  @Sendable static func get(_ call: Call) throws(Problem) {
    let form = try FetchParameters.valueForm(try call.query(known: ["values"]))
    let key = try key(call)
    answer(call) { [delays = call.broker.delays] () throws(Problem) in
      do throws(BrokerError) {
        let record = try delays.find(key)
        let body = ByteBuffer(capacity: record.size + 256)
        var json = JSONWriter(into: body)
        put(record, RecordJSON(form, onOneLine: false, parser: JSONParser()), to: &json)
        json.endLine()
        return body
      } catch {
        throw Problem(error)
      }
    }
  }

  @Sendable static func cancel(_ call: Call) throws(Problem) {
    let key = try key(call)
    let delays = call.broker.delays
    let sink = call.exchange.sink
    let completion = call.completion { call, outcome in
      call.answer(outcome) { call.respond(ResponseHead(.noContent)) }
    }
    call.exchange.offload {
      delays.cancel(key, sink: sink, completion)
    } then: { _ in
    }
  }

  /// What the overview says.
  static func writeSummary(_ broker: Broker, to json: inout JSONWriter) {
    let counts = broker.delays.counts
    json.beginObject()
    json.key("waiting")
    json.number(counts.waiting)
    json.key("next_due")
    if let due = counts.nextDue { json.string(TimestampText.text(due)) } else { json.null() }
    json.endObject()
  }

  private static func key(_ call: Call) throws(Problem) -> DelayKey {
    let id = try call.pathSegment(2)
    guard let key = DelayKey(id: id) else { throw Problem(BrokerError.scheduledNotFound(id)) }
    return key
  }

  /// Answers with what `make` puts together on a thread that may wait for the disk.
  private static func answer(
    _ call: Call, _ make: @escaping @Sendable () throws(Problem) -> ByteBuffer
  ) {
    call.exchange.offload { () -> Result<ByteBuffer, Problem> in
      do throws(Problem) {
        return .success(try make())
      } catch {
        return .failure(error)
      }
    } then: { outcome in
      switch outcome {
      case .success(let body):
        var head = ResponseHead(.ok)
        head.add("Content-Type", "application/json")
        head.add("Cache-Control", "no-store")
        call.respond(head, body: body)
      case .failure(let problem): call.fail(problem)
      }
    }
  }

  private static func render(_ page: DelayPage, _ form: ValueForm) -> ByteBuffer {
    let body = ByteBuffer(capacity: 4096)
    var json = JSONWriter(into: body)
    let records = RecordJSON(form, onOneLine: false, parser: JSONParser())
    json.beginObject()
    json.key("scheduled")
    json.beginArray()
    for record in page.records { put(record, records, to: &json) }
    json.endArray()
    json.key("next_after")
    if let key = page.nextAfter { json.string(key.id) } else { json.null() }
    json.key("count")
    json.number(page.count)
    json.endObject()
    json.endLine()
    return body
  }

  private static func put(
    _ scheduled: DelayedRecord, _ records: RecordJSON, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("id")
    json.string(scheduled.key.id)
    json.key("topic")
    json.string(scheduled.topic)
    json.key("partition")
    json.number(scheduled.partition)
    json.key("deliver_at")
    json.string(TimestampText.text(scheduled.key.due))
    scheduled.withRecord { record in
      json.key("timestamp")
      if let record, record.timestamp >= 0 { json.number(record.timestamp) } else { json.null() }
      if let record { records.writeContent(record, to: &json) }
    }
    json.key("bytes")
    json.number(scheduled.size)
    json.endObject()
  }
}
