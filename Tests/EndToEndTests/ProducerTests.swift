import Foundation
import Support
import Testing

/// Numbered requests, as a client sees them: stored once, in every form, whatever happens between.
@Suite struct ProducerTests {
  let server: TestServer
  var client: HTTPClient { server.client() }
  static let path = "/v1/topics/t/records"

  init() throws { server = try TestServer(["--max-body-bytes", "100000"]) }

  /// A body in one of the forms, with so many records.
  struct Form: Sendable, CustomTestStringConvertible {
    let type: String
    let query: String
    let count: Int
    let body: [UInt8]
    var testDescription: String { type }
  }

  static let forms = [
    Form(
      type: "application/json", query: "", count: 3,
      body: Array(#"{"records":[{"value":1,"tag":"a"},{"value":2},{"value":3,"tag":"b"}]}"#.utf8)),
    Form(
      type: "application/x-ndjson", query: "", count: 2,
      body: Array("{\"value\":1,\"tag\":\"a\"}\n{\"value\":2}\n".utf8)),
    Form(type: "text/plain", query: "?tag=x", count: 3, body: Array("a\nb\nc".utf8)),
    Form(type: "application/octet-stream", query: "?key=k", count: 1, body: [0, 1, 2]),
    Form(
      type: "application/x-www-form-urlencoded", query: "", count: 1, body: Array("a=b".utf8)),
    Form(
      type: ProduceTests.raw, query: "?partition=0", count: 3,
      body: KafkaBatch([.init([1]), .init([2])]).encoded
        + KafkaBatch([.init([3], headers: [KafkaBatch.tag("a")])]).encoded),
  ]

  static func fields(_ id: Int64, _ sequence: Int, epoch: Int = 0) -> [String: String] {
    ["Producer-Id": "\(id)", "Producer-Epoch": "\(epoch)", "Producer-Seq": "\(sequence)"]
  }

  private func send(
    _ form: Form, _ id: Int64, _ sequence: Int, epoch: Int = 0, acks: String? = nil
  ) throws -> HTTPResponse {
    var query = form.query
    if let acks { query += (query.isEmpty ? "?" : "&") + "acks=\(acks)" }
    return try client.post(
      Self.path + query, bytes: form.body, type: form.type,
      Self.fields(id, sequence, epoch: epoch))
  }

  private func send(_ id: Int64, _ sequence: Int, epoch: Int = 0) throws -> HTTPResponse {
    try send(Self.forms[2], id, sequence, epoch: epoch)
  }

  /// What an answer says of its partitions, but for what tells a repeat.
  private static func places(_ answer: HTTPResponse) -> [[Int?]] {
    answer.json["partitions"].array.map {
      [$0["partition"].int, $0["base_offset"].int, $0["count"].int, $0["timestamp"].int]
    }
  }

  private func records(partition: Int = 0) throws -> [JSONDocument] {
    let path = "/v1/topics/t/partitions/\(partition)/records?max_records=10000"
    return try client.get(path).json["records"].array
  }

  @Test(arguments: forms)
  func everyFormIsStoredOnce(form: Form) throws {
    let first = try send(form, 7, 0)
    #expect(first.status == 200, "\(first.text)")
    #expect(first["Sluice-Duplicate"] == nil)
    #expect(first.json["partitions"][0]["count"].int == form.count)
    #expect(first.json["partitions"][0]["duplicate"].isMissing)
    for ending in 0..<3 {
      if ending == 1 { try server.restart() }
      if ending == 2 {
        try server.kill()
        try server.restart()
      }
      let again = try send(form, 7, 0, acks: ending == 1 ? "written" : nil)
      #expect(again.status == 200, "\(again.text)")
      #expect(again["Sluice-Duplicate"] == "true")
      #expect(Self.places(again).map { $0.prefix(3) } == Self.places(first).map { $0.prefix(3) })
      if form.type != ProduceTests.raw { #expect(Self.places(again) == Self.places(first)) }
      #expect(again.json["partitions"][0]["duplicate"].bool == true)
    }
    #expect(try records().count == form.count)
    let next = try send(form, 7, 1)
    #expect(next.json["partitions"][0]["base_offset"].int == form.count)
    #expect(next["Sluice-Duplicate"] == nil)
  }

  @Test func whoProducedStandsInTheBatches() throws {
    let id: Int64 = (1 << 62) - 1
    let json = Self.forms[0]
    let answer = try client.post(
      "/v1/topics/own/records", bytes: json.body, type: json.type,
      Self.fields(id, 0, epoch: 32_767))
    #expect(answer.status == 200)
    let bytes = try client.get(
      "/v1/topics/own/partitions/0/records", ["Accept": ProduceTests.raw]
    ).body
    // Where Kafka has them: producer id at 43, epoch at 51, base sequence at 53.
    #expect(try KafkaBatch.all(in: bytes).map(\.records.count) == [1, 1, 1])
    #expect(Array(bytes[43..<51]) == [0x3F] + Array(repeating: 0xFF, count: 7))
    #expect(Array(bytes[51..<57]) == [0x7F, 0xFF, 0, 0, 0, 0])
  }

  @Test func gapsSayWhatComesNext() throws {
    let unknown = try send(1, 3)
    #expect(unknown.status == 409 && unknown.code == "sequence_gap")
    #expect(unknown.number("Producer-Expected-Seq") == 0)
    #expect(unknown.json["expected_sequence"].int == 0)
    for sequence in 0..<3 { #expect(try send(1, sequence).status == 200) }
    let gap = try send(1, 4)
    #expect(gap.code == "sequence_gap" && gap.number("Producer-Expected-Seq") == 3)
    try server.kill()
    try server.restart()
    #expect(try send(1, 4).number("Producer-Expected-Seq") == 3)
    #expect(try send(1, 3).status == 200)
    #expect(try records().count == 12)
  }

  @Test func aLaterEpochFencesTheZombieOff() throws {
    #expect(try send(1, 0, epoch: 1).status == 200)
    #expect(try send(1, 0, epoch: 3).status == 200)
    #expect(try send(1, 1, epoch: 4).number("Producer-Expected-Seq") == 0)
    for _ in 0..<2 {
      let zombie = try send(1, 1, epoch: 1)
      #expect(zombie.status == 403 && zombie.code == "producer_fenced")
      #expect(zombie.json["current_epoch"].int == 3)
      try server.restart()
    }
    #expect(try send(1, 1, epoch: 3).status == 200)
    let metrics = try client.get("/metrics").text
    #expect(metrics.contains("\nsluice_producers 1\n"))
    #expect(metrics.contains("\nsluice_producer_fenced_total 0\n"))
  }

  @Test func whatIsTooOldToBeRememberedIsRefused() throws {
    for sequence in 0..<7 { #expect(try send(1, sequence).status == 200) }
    #expect(try send(1, 2)["Sluice-Duplicate"] == "true")
    let old = try send(1, 1)
    #expect(old.status == 409 && old.code == "sequence_too_old")
    #expect(old.json["last_sequence"].int == 6)
    let other = try send(Self.forms[0], 1, 6)
    #expect(other.json["partitions"][0]["count"].int == 3)
    let unlike = try send(Self.forms[1], 1, 6)
    #expect(unlike.status == 409 && unlike.code == "sequence_reused")
    #expect(unlike.json["stored_records"].int == 3)
    #expect(try records().count == 21)
  }

  @Test func aRequestOverSeveralPartitionsComesBackWhole() throws {
    #expect(try client.put("/v1/topics/t", #"{"partitions":4}"#).status == 201)
    let lines = (0..<40).map { #"{"key":"k\#($0)","value":\#($0)}"# }.joined(separator: "\n")
    let form = Form(type: "application/x-ndjson", query: "", count: 40, body: Array(lines.utf8))
    let first = try send(form, 1, 0)
    #expect(first.json["partitions"].array.count == 4)
    try server.kill()
    try server.restart()
    #expect(Self.places(try send(form, 1, 0)) == Self.places(first))
    #expect(try client.patch("/v1/topics/t", #"{"partitions":8}"#).status == 200)
    #expect(Self.places(try send(form, 1, 0)) == Self.places(first))
    #expect(try client.get("/v1/topics/t").json["records"].int == 40)
  }

  @Test func repeatsAtTheSameTimeAreStoredOnce() throws {
    let port = server.port
    let bodies = Self.forms[0]
    let clients = (0..<8).map { _ in
      Background {
        let client = HTTPClient(port: port)
        return try (0..<20).map { sequence in
          // Whoever is too early for a number tries again: somebody sends the one before.
          var answer = HTTPResponse()
          repeat {
            answer = try client.post(
              Self.path, bytes: bodies.body, type: bodies.type, Self.fields(1, sequence))
          } while answer.code == "sequence_gap" || answer.status == 429
          return answer
        }
      }
    }
    let answers = try clients.map { try $0.join() }
    for sequence in 0..<20 {
      let same = answers.map { $0[sequence] }
      let first = same.filter { $0.status == 200 && $0["Sluice-Duplicate"] == nil }
      #expect(first.count == 1, "\(sequence)")
      // Who comes last may find that five others have come since.
      let known = same.filter { $0.status == 200 }
      #expect(same.allSatisfy { $0.status == 200 || $0.code == "sequence_too_old" })
      #expect(Set(known.map { Self.places($0)[0].prefix(3) }).count == 1)
    }
    #expect(try records().count == 60)
  }

  // MARK: - What is not taken

  static let bad: [[String: String]] = [
    ["Producer-Id": "1"], ["Producer-Epoch": "1"], ["Producer-Seq": "1"],
    ["Producer-Id": "1", "Producer-Seq": "0"], ["Producer-Epoch": "0", "Producer-Seq": "0"],
    fields(1, 0).merging(["Producer-Id": "-1"]) { $1 },
    fields(1, 0).merging(["Producer-Id": "x"]) { $1 },
    fields(1, 0).merging(["Producer-Id": "4611686018427387904"]) { $1 },
    fields(1, 0).merging(["Producer-Id": "99999999999999999999"]) { $1 },
    fields(1, 0).merging(["Producer-Epoch": "32768"]) { $1 },
    fields(1, 0).merging(["Producer-Seq": "2147483648"]) { $1 },
    fields(1, 0).merging(["Producer-Seq": "1.0"]) { $1 },
  ]

  @Test func fieldsThatDoNotFitAreNamed() throws {
    for fields in Self.bad {
      let answer = try client.post(Self.path, "x", type: "text/plain", fields)
      #expect(answer.status == 400 && answer.code == "invalid_producer", "\(fields)")
      #expect(answer.json["field"].string?.hasPrefix("Producer-") == true, "\(fields)")
    }
    for type in ["text/plain", "application/json", "application/x-ndjson"] {
      let body = type == "application/json" ? #"{"records":[]}"# : ""
      let answer = try client.post(Self.path, body, type: type, Self.fields(1, 0))
      #expect(answer.code == "invalid_producer", "\(type): \(answer.text)")
    }
    #expect(try send(1, 0)["Sluice-Duplicate"] == nil)
    #expect(try records().count == 3)
  }

  @Test func nothingOfABadBodyIsStoredAndItsNumberStaysFree() throws {
    let bad = Form(
      type: "application/x-ndjson", query: "", count: 0,
      body: Array("{\"value\":1}\n{\"value\":2}\nbad\n".utf8))
    let answer = try send(bad, 1, 0)
    #expect(answer.code == "malformed_json")
    #expect(answer.json["line"].int == 3 && answer.json["stored"].int == 0)
    #expect(try records().isEmpty)
    let good = try send(1, 0)
    #expect(good.status == 200 && good["Sluice-Duplicate"] == nil)
  }

  @Test func linesOfANumberedRequestAreHeldUpToTheBodiesLimit() throws {
    let line = String(repeating: "x", count: 999) + "\n"
    let long = String(repeating: line, count: 101)
    let said = try client.post(Self.path, long, type: "text/plain", Self.fields(1, 0))
    #expect(said.status == 413 && said.code == "body_too_large")
    #expect(said.json["limit_bytes"].int == 100_000)
    var left = 101
    let stream = RequestBody.stream(length: nil) {
      left -= 1
      return left < 0 ? [] : Array(line.utf8)
    }
    let headers = Self.fields(1, 0).merging(["Content-Type": "text/plain"]) { $1 }
    let unsaid = try client.send(HTTPRequest("POST", Self.path, headers, body: stream))
    #expect(unsaid.code == "body_too_large" && unsaid.json["limit_bytes"].int == 100_000)
    #expect(try records().isEmpty)
    let fits = String(repeating: line, count: 100)
    let taken = try client.post(Self.path, fits, type: "text/plain", Self.fields(1, 0))
    #expect(taken.json["partitions"][0]["count"].int == 100)
    // Without a number lines stream as ever.
    #expect(try client.post(Self.path, long, type: "text/plain").status == 200)
  }

  @Test func batchesThatNameTheirOwnProducerNeedTheFields() throws {
    let form = Self.forms[5]
    #expect(try send(form, 5, 0).status == 200)
    let path = "/v1/topics/t/partitions/0/records"
    let stamped = try client.get(path, ["Accept": ProduceTests.raw]).body
    let copy = "/v1/topics/copy/records?partition=0"
    let refused = try client.post(copy, bytes: stamped, type: ProduceTests.raw)
    #expect(refused.status == 400 && refused.code == "invalid_batch")
    #expect(refused.json["detail"].string?.contains("Producer-Id") == true)
    let taken = try client.post(
      copy, bytes: stamped, type: ProduceTests.raw, Self.fields(6, 0))
    #expect(taken.status == 200)
    let copied = try client.get(
      "/v1/topics/copy/partitions/0/records", ["Accept": ProduceTests.raw]
    ).body
    #expect(
      try KafkaBatch.all(in: copied).map(\.records) == KafkaBatch.all(in: stamped).map(\.records))
    #expect(copied[50] == 6)
  }

  @Test func theFlagsSetBoundsOfMemory() throws {
    let small = try TestServer(["--max-producers", "2", "--producer-expiry", "1d"])
    func send(_ id: Int64, _ sequence: Int) throws -> HTTPResponse {
      try small.client().post(Self.path, "x", type: "text/plain", Self.fields(id, sequence))
    }
    for id: Int64 in 1...3 { #expect(try send(id, 0).status == 200) }
    let metrics = try small.client().get("/metrics").text
    #expect(metrics.contains("\nsluice_producers 2\n"))
    try small.restart()
    #expect(try send(3, 0)["Sluice-Duplicate"] == "true")
    #expect(try send(1, 1).code == "sequence_gap")
    let file = small.directory + "/refused.txt"
    let wrong = try ServerProcess(
      arguments: ["serve", "--data", small.directory + "/other", "--producer-expiry", "week"],
      logFile: file)
    #expect(try wrong.waitForEnd(withinMilliseconds: 5000) != 0)
  }
}
