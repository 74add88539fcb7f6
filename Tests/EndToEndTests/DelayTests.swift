import Foundation
import Support
import Testing

/// Records that are delivered later, over HTTP.
@Suite struct DelayTests {
  static let path = "/v1/topics/t/records"
  static let raw = "application/vnd.kafka.recordbatch.v2"

  let server: TestServer
  let client: HTTPClient

  init() throws {
    server = try TestServer()
    client = server.client()
  }

  private func values(_ partition: Int = 0) throws -> [String?] {
    try client.get("/v1/topics/t/partitions/\(partition)/records").json["records"].array
      .map { $0["value"].string }
  }

  /// Asks again and again until so many records are there.
  private func wait(for count: Int) throws -> [String?] {
    let deadline = ContinuousClock.now + .seconds(10)
    while try values().count < count, .now < deadline {}
    return try values()
  }

  @Test func everyFormMayBeDelayed() throws {
    let batches = KafkaBatch([.init(Array("raw".utf8), headers: [KafkaBatch.tag("red")])]).encoded
    let forms: [(type: String, body: [UInt8])] = [
      ("application/json", Array(#"{"records":[{"value":"json"}]}"#.utf8)),
      ("application/x-ndjson", Array(#"{"value":"lines"}"#.utf8)),
      ("text/plain", Array("text".utf8)),
      ("application/octet-stream", Array("bytes".utf8)),
      ("application/x-www-form-urlencoded", Array("form".utf8)), (Self.raw, batches),
    ]
    for (type, body) in forms {
      for query in ["delay=300d", "deliver_at=2030-01-01T00:00:00Z"] {
        let answer = try client.post(
          "\(Self.path)?partition=0&\(query)", bytes: body, type: type)
        #expect(answer.status == 200, "\(type): \(answer.text)")
        #expect(answer.json["partitions"].array.isEmpty)
        #expect(answer.json["scheduled_count"].int == 1)
        #expect(answer.json["scheduled"][0]["id"].string != nil)
      }
    }
    let list = try client.get("/v1/scheduled?topic=t").json
    #expect(list["count"].int == 12)
    let found = list["scheduled"].array.map { $0["value"].string ?? "" }
    #expect(
      found.sorted() == ["bytes", "form", "json", "lines", "raw", "text"].flatMap { [$0, $0] })
    #expect(list["scheduled"].array.filter { $0["tag"].string == "red" }.count == 2)
    #expect(try values() == [])
  }

  @Test func theyAppearInTheOrderOfTheirTimes() throws {
    let body = """
      {"records":[{"value":"c","delay":"400ms"},{"value":"now"},{"value":"b","delay":"350ms"},
        {"value":"past","deliver_at":0},{"value":"a","delay":"300ms"},
        {"value":"zero","delay":"0s"}]}
      """
    let answer = try client.post(Self.path, body)
    #expect(answer.json["partitions"][0]["count"].int == 3)
    #expect(answer.json["scheduled_count"].int == 3)
    #expect(try wait(for: 6) == ["now", "past", "zero", "a", "b", "c"])
    let records = try client.get("/v1/topics/t/partitions/0/records").json["records"].array
    let dues = answer.json["scheduled"].array.compactMap { $0["deliver_at"].string }.sorted()
    let times = records.suffix(3).compactMap { $0["timestamp"].int }
    #expect(times == times.sorted() && dues.count == 3)
    #expect(try client.get("/v1/scheduled").json["count"].int == 0)
  }

  @Test func oneCanBeLookedAtAndTakenBack() throws {
    let record =
      #"{"key":"k","value":{"n":1},"tag":"red","headers":{"h":"x"},"timestamp":17,"delay":"1h"}"#
    let answer = try client.post(Self.path, record)
    let id = try #require(answer.json["scheduled"][0]["id"].string)
    let one = try client.get("/v1/scheduled/\(id)").json
    #expect(one["id"].string == id)
    #expect(one["topic"].string == "t")
    #expect(one["partition"].int == 0)
    #expect(one["deliver_at"].string == answer.json["scheduled"][0]["deliver_at"].string)
    #expect(one["key"].string == "k")
    #expect(one["value"]["n"].int == 1)
    #expect(one["tag"].string == "red")
    #expect(one["headers"].description == #"{"h":"x"}"#)
    #expect(one["timestamp"].int == 17)
    #expect(try client.get("/v1/status").json["scheduled"]["waiting"].int == 1)
    try server.kill()
    try server.restart()
    let again = server.client()
    #expect(try again.get("/v1/scheduled/\(id)").json.description == one.description)
    #expect(try again.delete("/v1/scheduled/\(id)").status == 204)
    #expect(try again.delete("/v1/scheduled/\(id)").code == "scheduled_not_found")
    #expect(try again.get("/v1/scheduled/\(id)").status == 404)
    #expect(try again.get("/v1/status").json["scheduled"]["waiting"].int == 0)
  }

  @Test func pagesAreInTheOrderOfDueTime() throws {
    let delays = (0..<250).map { ($0 * 7919) % 1009 + 60 }
    let lines = delays.map { #"{"value":"\#($0)","delay":"\#($0)h"}"# }.joined(separator: "\n")
    #expect(try client.post(Self.path, lines, type: "application/x-ndjson").status == 200)
    var found: [Int] = []
    var after = ""
    for _ in 0..<20 {
      let page = try client.get("/v1/scheduled?limit=40\(after)").json
      found += page["scheduled"].array.compactMap { $0["value"].string.flatMap { Int($0) } }
      #expect(page["count"].int == 250)
      guard let next = page["next_after"].string else { break }
      after = "&after=\(next)"
    }
    #expect(found == delays.sorted())
  }

  @Test func aBadRecordStoresNothingOfAJSONBody() throws {
    let body = #"{"records":[{"value":1,"delay":"1h"},{"value":2},{"value":3,"delay":"soon"}]}"#
    let answer = try client.post(Self.path, body)
    #expect(answer.code == "invalid_record")
    #expect(answer.json["record"].int == 2)
    #expect(try client.get("/v1/scheduled").json["count"].int == 0)
  }

  @Test func topicsKeepTheirLimits() throws {
    #expect(try client.put("/v1/topics/t", #"{"config":{"max_record_bytes":10}}"#).status == 201)
    let answer = try client.post(Self.path + "?delay=1h", "12345678901", type: "text/plain")
    #expect(answer.code == "record_too_large")
    let far = try client.post(Self.path, #"{"value":1,"delay":"3651d"}"#)
    #expect(far.code == "delay_too_long")
    #expect(far.json["limit_ms"].int == 3650 * 86_400_000)
    #expect(try client.post(Self.path, #"{"value":1,"delay":"3649d"}"#).status == 200)
  }

  @Test func deletingATopicDropsWhatWaitsForIt() throws {
    #expect(try client.post(Self.path + "?delay=1h", "x", type: "text/plain").status == 200)
    #expect(try client.delete("/v1/topics/t").status == 204)
    #expect(try client.get("/v1/scheduled").json["count"].int == 0)
    #expect(try client.get("/metrics").text.contains("sluice_scheduled_dropped_total 1\n"))
  }

  @Test func aRepeatedRequestHasTheSameIds() throws {
    let body = #"{"records":[{"value":"a","delay":"1h"},{"value":"b"},{"value":"c","delay":"2h"}]}"#
    let fields = ["Producer-Id": "7", "Producer-Epoch": "0", "Producer-Seq": "0"]
    let first = try client.post(Self.path, body, fields)
    #expect(first.status == 200 && first["Sluice-Duplicate"] == nil, "\(first.text)")
    try server.kill()
    try server.restart()
    for _ in 0..<2 {
      let again = try server.client().post(Self.path, body, fields)
      #expect(again.status == 200 && again["Sluice-Duplicate"] == "true", "\(again.text)")
      #expect(again.json["scheduled"].description == first.json["scheduled"].description)
      #expect(again.json["partitions"][0]["base_offset"].int == 0)
    }
    let next = fields.merging(["Producer-Seq": "1"]) { $1 }
    #expect(try server.client().post(Self.path, #"{"value":"d","delay":"1h"}"#, next).status == 200)
    #expect(try server.client().get("/v1/scheduled").json["count"].int == 3)
  }
}
