import Broker
import HTTP
import JSON
import Log
import Platform

/// GET `/v1/topics/{topic}/records?key=…`: the newest records of a key.
enum KeyResource {
  @Sendable static func search(_ call: Call) throws(Problem) {
    let topic = try call.topic()
    let parameters = try KeyParameters(call, topic)
    let search: KeySearch
    do throws(BrokerError) {
      search = try KeySearch(topic, parameters.request)
    } catch {
      throw Problem(error)
    }
    try call.service.keySearches.countIn()
    goOn(call, search, parameters.values)
  }

  /// Window after window, each where one may wait for the disk, and behind whatever else waits for
  /// it: a long search delays nobody by more than a window.
  private static func goOn(_ call: Call, _ search: KeySearch, _ form: ValueForm) {
    call.exchange.offload { () -> Result<(search: KeySearch, isOver: Bool), LogError> in
      var search = search
      let records = RecordJSON(form, onOneLine: false, parser: JSONParser())
      do throws(LogError) {
        let isOver = try !search.step { record in
          let buffer = ByteBuffer(capacity: (record.value?.count ?? 0) + 256)
          var json = JSONWriter(into: buffer)
          records.writeFields(record, to: &json)
          return buffer
        }
        return .success((search, isOver))
      } catch {
        return .failure(error)
      }
    } then: { outcome in
      let searches = call.service.keySearches
      switch outcome {
      case .success(let (search, isOver)):
        if !isOver, !call.exchange.isGone { return goOn(call, search, form) }
        searches.countOut(scanned: search.scanned)
        answer(call, search.result)
      case .failure(let error):
        searches.countOut(scanned: search.scanned)
        call.fail(Problem(error))
      }
    }
  }

  private static func answer(_ call: Call, _ result: KeySearchResult) {
    var head = ResponseHead(.ok)
    head.add("Content-Type", "application/json")
    head.add("Cache-Control", "no-store")
    let size = result.records.reduce(256) { $0 + $1.body.count + 32 }
    let body = ByteBuffer(capacity: size)
    body.append("{\"records\":[")
    for (index, match) in result.records.enumerated() {
      body.append(index == 0 ? "{\"partition\":" : ",{\"partition\":")
      body.append(decimal: Int64(match.partition))
      body.append(",")
      body.append(match.body.bytes)
      body.append("}")
    }
    body.append("],\"scanned\":")
    body.append(decimal: Int64(result.scanned))
    body.append(",\"is_complete\":")
    body.append(result.next == nil ? "true" : "false")
    body.append(",\"next\":")
    let next = result.next.map { "\"" + $0.map(\.description).joined(separator: ",") + "\"" }
    body.append(next ?? "null")
    body.append("}\n")
    call.respond(head, body: body)
  }
}
