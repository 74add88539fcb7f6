import Foundation
import Support
import Testing

/// What goes in comes out: every content type, every way to say a key, a tag, a partition, a time.
@Suite struct ProduceTests {
  let server: TestServer
  let client: HTTPClient
  static let path = "/v1/topics/t/records"
  static let raw = "application/vnd.kafka.recordbatch.v2"

  init() throws {
    server = try TestServer()
    client = server.client()
  }

  private func stored(_ query: String = "", partition: Int = 0) throws -> [JSONDocument] {
    let path = "/v1/topics/t/partitions/\(partition)/records?\(query)"
    return try client.get(path).json["records"].array
  }

  @Test func whatCurlSendsIsOneValue() throws {
    let body = "a=1&b=%20\nsecond line"
    let type = "application/x-www-form-urlencoded"
    let answer = try client.post(Self.path, body, type: type)
    #expect(answer.status == 200)
    #expect(answer.json["topic"].string == "t")
    #expect(answer.json["partitions"].array.count == 1)
    #expect(answer.json["partitions"][0]["base_offset"].int == 0)
    #expect(answer.json["partitions"][0]["count"].int == 1)
    #expect(try stored().map { $0["value"].string } == [body])
  }

  @Test func bytesAreOneValueAsTheyAre() throws {
    let bytes: [UInt8] = [0, 10, 13, 0xFF, 0xFE]
    #expect(
      try client.post(Self.path, bytes: bytes, type: "application/octet-stream").status == 200)
    #expect(try client.post(Self.path, bytes: [], type: "application/octet-stream").status == 200)
    let records = try stored()
    #expect(records[0]["value_base64"].base64 == bytes)
    #expect(records[1]["value"].string == "")
    #expect(try client.get("/v1/topics/t/partitions/0/records/0/value").body == bytes)
  }

  @Test func textIsAValueALine() throws {
    #expect(try client.post(Self.path, "one\n\nthree\nlast", type: "text/plain").status == 200)
    #expect(try stored().map { $0["value"].string } == ["one", "", "three", "last"])
  }

  @Test func linesOfJSONAreARecordEach() throws {
    let body = """
      {"value":{"n":1},"key":"a"}

      {"value":"two","tag":"x"}
      {"value":null}
      """
    let type = "application/x-ndjson; charset=utf-8"
    #expect(try client.post(Self.path, body, type: type).status == 200)
    let records = try stored()
    #expect(records[0]["value"]["n"].int == 1)
    #expect(records[0]["key"].string == "a")
    #expect(records[1]["tag"].string == "x")
    #expect(records[2]["value"].isNull)
  }

  @Test func everythingThatARecordMayCarryComesBack() throws {
    let body = """
      {"key_base64":"/wA=","value":[1, 2.5, "x"],"tag":"red",
       "headers":{"trace":"abc","empty":null},"timestamp":"2026-01-02T03:04:05.678Z"}
      """
    #expect(try client.post(Self.path, body).status == 200)
    let record = try #require(stored().first)
    #expect(record["key_base64"].base64 == [0xFF, 0])
    #expect(record["value"].description == #"[1,2.5,"x"]"#)
    #expect(record["tag"].string == "red")
    #expect(record["headers"].description == #"{"empty":null,"trace":"abc"}"#)
    #expect(record["timestamp"].int == 1_767_323_045_678)
    let one = try client.get("/v1/topics/t/partitions/0/records/0").json
    #expect(one.description == record.description)
  }

  @Test func valuesComeInTheFormThatIsAskedFor() throws {
    let body =
      #"{"records":[{"value":{"a":1}},{"value":"text"},{"value":7},{"value_base64":"/w=="}]}"#
    #expect(try client.post(Self.path, body).status == 200)
    let auto = try stored("values=auto").map(\.description)
    #expect(auto[0].contains(#""value":{"a":1}"#))
    #expect(auto[1].contains(#""value":"text""#))
    #expect(auto[2].contains(#""value":"7""#))
    #expect(auto[3].contains(#""value_base64":"/w==""#))
    let text = try stored("values=text").map { $0["value"].string }
    #expect(text == [#"{"a":1}"#, "text", "7", nil])
    let json = try stored("values=json")
    #expect(json[0]["value"]["a"].int == 1)
    #expect(json[2]["value"].int == 7)
    let base64 = try stored("values=base64").map { $0["value_base64"].base64 }
    #expect(base64[1] == Array("text".utf8))
    #expect(base64.allSatisfy { $0 != nil })
  }

  @Test func theQuerySpeaksForTheWholeBody() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":4}"#).status == 201)
    let query = "?key=k%20y&tag=red&partition=2&acks=written"
    #expect(try client.post(Self.path + query, "a\nb", type: "text/plain").status == 200)
    let own = #"{"value":"c","key":"own","tag":"blue"}"#
    #expect(try client.post(Self.path + query, own).status == 200)
    let deadline = ContinuousClock.now + .seconds(5)
    while try stored(partition: 2).count < 3, .now < deadline {}
    let records = try stored(partition: 2)
    #expect(records.map { $0["key"].string } == ["k y", "k y", "own"])
    #expect(records.map { $0["tag"].string } == ["red", "red", "blue"])
  }

  @Test func aKeyPicksThePartitionAsKafkaDoes() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":10}"#).status == 201)
    // murmur2 of the key, its sign taken off, modulo ten; from Kafka's own DefaultPartitioner.
    let known = [
      "21": -973_932_308, "foobar": -790_332_482, "a-little-bit-long-string": -985_981_536,
    ]
    for (key, hash) in known {
      let answer = try client.post(Self.path, #"{"key":"\#(key)","value":1}"#)
      let expected = (hash & 0x7FFF_FFFF) % 10
      #expect(answer.json["partitions"][0]["partition"].int == expected, "\(key)")
    }
  }

  @Test func recordsWithoutKeysGoRound() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":3}"#).status == 201)
    let partitions = try (0..<6).map { _ in
      try client.post(Self.path, "x", type: "text/plain").json["partitions"][0]["partition"].int
    }
    #expect(Set(partitions).count == 3)
  }

  @Test func oneRequestMayGoToSeveralPartitions() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":2}"#).status == 201)
    let body =
      #"{"records":[{"value":1,"partition":1},{"value":2,"partition":0},"#
      + #"{"value":3,"partition":1}]}"#
    let answer = try client.post(Self.path, body).json["partitions"]
    #expect(answer.array.map { $0["partition"].int } == [0, 1])
    #expect(answer.array.map { $0["count"].int } == [1, 2])
    #expect(try stored(partition: 1).map { $0["value"].string } == ["1", "3"])
  }

  @Test func batchesAreStoredAsTheyCame() throws {
    let batches = [
      KafkaBatch([
        .init([1], key: [2], headers: [.init("h", [3]), .init("n", nil)]),
        .init(nil, timestamp: 1_700_000_000_500),
      ]),
      KafkaBatch([.init([4], headers: [KafkaBatch.tag("red")])]),
    ]
    let bytes = batches.flatMap(\.encoded)
    let answer = try client.post(Self.path + "?partition=0", bytes: bytes, type: Self.raw)
    #expect(answer.json["partitions"][0]["count"].int == 3)
    let path = "/v1/topics/t/partitions/0/records"
    let back = try KafkaBatch.all(in: client.get(path, ["Accept": Self.raw]).body)
    #expect(back.map(\.records) == batches.map(\.records))
    #expect(back.map(\.baseOffset) == [0, 2])
    #expect(try client.get("\(path)?tag=red").json["records"].array.map { $0["offset"].int } == [2])
  }

  @Test func aChunkedBodyIsABodyLikeAnother() throws {
    var pieces = (0..<50).map { "line \($0)\n" }.makeIterator()
    let stream = RequestBody.stream(length: nil) { pieces.next().map { Array($0.utf8) } ?? [] }
    let answer = try client.send(
      HTTPRequest("POST", Self.path, ["Content-Type": "text/plain"], body: stream))
    #expect(answer.json["partitions"][0]["count"].int == 50)
    #expect(try stored().last?["value"].string == "line 49")
  }

  @Test func aLongBodyIsStreamedIn() throws {
    let line = Array(repeating: UInt8(ascii: "x"), count: 999) + [10]
    let piece = Array(repeating: line, count: 100).flatMap { $0 }
    var left = 80
    let stream = RequestBody.stream(length: nil) {
      left -= 1
      return left < 0 ? [] : piece
    }
    let answer = try client.send(
      HTTPRequest("POST", Self.path, ["Content-Type": "text/plain"], body: stream))
    #expect(answer.json["partitions"][0]["base_offset"].int == 0)
    #expect(answer.json["partitions"][0]["count"].int == 8000)
    let partition = try client.get("/v1/topics/t/partitions/0").json
    #expect(partition["high_watermark"].int == 8000)
  }

  @Test(arguments: [
    ("silence", "", 408, "request_timeout"), ("size", "zz\r\n", 400, "malformed_chunk"),
    ("trailer", "0\r\nno trailer\r\n\r\n", 400, "malformed_chunk"),
  ])
  func aBodyThatBreaksOffSaysHowManyOfItsRecordsAreStored(
    _ name: String, _ end: String, _ status: Int, _ code: String
  ) throws {
    let server = try TestServer(["--body-timeout", "1"])
    let client = server.client()
    for type in ["text/plain", "application/x-ndjson"] {
      let topic = type == "text/plain" ? "lines" : "documents"
      let connection = try server.connect()
      let piece = (0..<6000).map { #"{"value":"\#($0)"}"# }.joined(separator: "\n") + "\n{"
      let size = String(piece.utf8.count, radix: 16)
      try connection.send(
        "POST /v1/topics/\(topic)/records HTTP/1.1\r\nHost: localhost\r\n"
          + "X-Request-Id: \(name)\r\n"
          + "Content-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "\(size)\r\n\(piece)\r\n\(end)")
      let answer = try connection.readResponse()
      #expect(answer.status == status, "\(type)")
      #expect(answer.code == code)
      #expect(answer["Connection"] == "close")
      #expect(answer["X-Request-Id"] == name)
      #expect(answer.json["stored"].int == 6000)
      #expect(try client.get("/v1/topics/\(topic)").json["records"].int == 6000)
    }
  }

  @Test func aBodyThatIsCutShortSaysHowManyOfItsRecordsAreStored() throws {
    let server = try TestServer()
    let lines = (0..<20_000).map { "line \($0)" }.joined(separator: "\n") + "\nhalf a li"
    let connection = try server.connect()
    try connection.send(
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        + "Content-Length: 9000000\r\n\r\n\(lines)")
    connection.endOutput()
    let answer = try connection.readResponse()
    #expect(answer.status == 400)
    #expect(answer.code == "body_cut_short")
    #expect(answer.json["stored"].int == 20_000)
    #expect(try server.client().get("/v1/topics/t").json["records"].int == 20_000)
  }

  /// What is told of is as durable as what is answered otherwise, and so it can be seen.
  @Test func whatIsStoredOfARequestThatFailsIsCommitted() throws {
    for round in 0..<5 {
      let server = try TestServer(["--max-scheduled", "5"])
      let late = (0..<10).map { _ in #"{"partition":0,"value":"d","delay":"1h"}"# }
      let filler = String(repeating: "x", count: 900)
      let plain = (0..<6000).map { _ in #"{"partition":0,"value":"\#(filler)"}"# }
      let answer = try server.client().post(
        "/v1/topics/t/records", (late + plain).joined(separator: "\n"), type: "application/x-ndjson"
      )
      let topic = try server.client().get("/v1/topics/t/partitions/0").json
      let stored = try #require(answer.json["stored"].int)
      #expect(stored > 0, "\(answer.text)")
      #expect(topic["high_watermark"].int == stored, "round \(round): \(answer.text)")
    }
  }
}
