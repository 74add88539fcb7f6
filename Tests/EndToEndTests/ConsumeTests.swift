import Foundation
import Support
import Testing

/// Reading on: where it begins, how much comes, what is chosen, how long it waits.
@Suite struct ConsumeTests {
  let server: TestServer
  let client: HTTPClient
  static let produce = "/v1/topics/t/records"
  static let path = "/v1/topics/t/partitions/0/records"
  static let raw = "application/vnd.kafka.recordbatch.v2"

  init() throws {
    server = try TestServer()
    client = server.client()
  }

  /// Ten records in one batch, a second apart.
  private func fill() throws {
    let records = (0..<10).map {
      #"{"value":"v\#($0)","timestamp":\#(1_700_000_000_000 + $0 * 1000)}"#
    }
    let body = #"{"records":[\#(records.joined(separator: ","))]}"#
    #expect(try client.post(Self.produce, body).status == 200)
  }

  private func offsets(_ query: String) throws -> [Int?] {
    try client.get("\(Self.path)?\(query)").json["records"].array.map { $0["offset"].int }
  }

  @Test func readingBeginsWhereItIsAsked() throws {
    try fill()
    #expect(try offsets("") == Array(0..<10))
    #expect(try offsets("offset=earliest") == Array(0..<10))
    #expect(try offsets("offset=7") == [7, 8, 9])
    #expect(try offsets("offset=10") == [])
    #expect(try offsets("offset=latest") == [])
    #expect(try offsets("from=1700000004000") == Array(4..<10))
    #expect(try offsets("from=1700000004001") == Array(5..<10))
    #expect(try offsets("from=2023-11-14T22:13:28Z") == [8, 9])
    #expect(try offsets("from=2023-11-14T23:13:28.000%2B01:00") == [8, 9])
    #expect(try offsets("from=2100-01-01T00:00:00Z") == [])
  }

  @Test func aTimeMayHaveAPlusThatNobodyEscaped() throws {
    try fill()
    // 2023-11-14T22:13:25Z, five seconds behind the first.
    #expect(try offsets("from=2023-11-14T23:13:25+01:00") == [5, 6, 7, 8, 9])
    #expect(try offsets("from=2023-11-14T23:13:25%2B01:00") == [5, 6, 7, 8, 9])
    let format = ISO8601DateFormatter()
    let tomorrow = Date(timeIntervalSinceNow: 86_400)
    let expected = format.string(from: tomorrow).dropLast() + ".000Z"
    format.timeZone = TimeZone(secondsFromGMT: 3600)
    let later = try client.post(
      "\(Self.produce)?deliver_at=\(format.string(from: tomorrow))", "x", type: "text/plain")
    #expect(later.json["scheduled"].array.map { $0["deliver_at"].string } == [String(expected)])
  }

  @Test func aRecordThatIsNotThereYetIsToldFromTheEndOfTheLog() throws {
    try fill()
    for path in ["10", "11/value"] {
      let answer = try client.get("\(Self.path)/\(path)")
      #expect(answer.status == 404 && answer.code == "record_not_found")
      #expect(answer.json["high_watermark"].int == 10)
    }
  }

  @Test func theNextOffsetLeadsOn() throws {
    try fill()
    var offset = 0
    var seen: [Int?] = []
    while offset < 10 {
      let answer = try client.get("\(Self.path)?offset=\(offset)&max_records=3")
      let next = try #require(answer.json["next_offset"].int)
      #expect(answer.number("Sluice-Next-Offset") == next)
      #expect(answer.number("Sluice-High-Watermark") == 10)
      #expect(answer.number("Sluice-Log-Start-Offset") == 0)
      #expect(answer.json["high_watermark"].int == 10)
      #expect(answer.json["log_start_offset"].int == 0)
      seen += answer.json["records"].array.map { $0["offset"].int }
      try #require(next > offset)
      offset = next
    }
    #expect(seen == Array(0..<10))
  }

  @Test func oneRecordComesWhateverTheLimit() throws {
    try fill()
    for accept in ["application/json", "application/x-ndjson", Self.raw] {
      let answer = try client.get("\(Self.path)?offset=2&max_bytes=1", ["Accept": accept])
      #expect(answer.bodyBytes > 0, "\(accept)")
      #expect(try #require(answer.number("Sluice-Next-Offset")) > 2, "\(accept)")
    }
  }

  @Test func recordsOfALargeBatchAreGivenUpToTheLimit() throws {
    let value = String(repeating: "x", count: 1000)
    let records = (0..<50).map { _ in #"{"value":"\#(value)"}"# }.joined(separator: ",")
    #expect(try client.post(Self.produce, #"{"records":[\#(records)]}"#).status == 200)
    // A record lies there with some ten bytes beside its value.
    for (maxBytes, count) in [(1, 1), (1000, 1), (5000, 4), (10_000, 9), (1_000_000, 50)] {
      for accept in ["application/json", "application/x-ndjson"] {
        for offset in [0, 7, 49] {
          let answer = try client.get(
            "\(Self.path)?offset=\(offset)&max_bytes=\(maxBytes)", ["Accept": accept])
          let found = answer.text.components(separatedBy: value).count - 1
          let wanted = min(count, 50 - offset)
          #expect(found == wanted, "\(accept) \(maxBytes) from \(offset)")
          #expect(answer.number("Sluice-Next-Offset") == offset + wanted)
        }
      }
    }
    let both = try client.get("\(Self.path)?max_bytes=10000&max_records=3").json
    #expect(both["records"].array.count == 3)
    #expect(both["next_offset"].int == 3)
    let raw = try client.get("\(Self.path)?offset=7&max_bytes=1", ["Accept": Self.raw])
    #expect(raw.bodyBytes > 50_000)
    #expect(raw.number("Sluice-Next-Offset") == 50)
  }

  @Test func allFormsSayTheSame() throws {
    try fill()
    let document = try client.get("\(Self.path)?offset=3").json["records"].array
    let lines = try client.get("\(Self.path)?offset=3", ["Accept": "application/x-ndjson"])
    #expect(lines.mediaType == "application/x-ndjson")
    #expect(lines.number("Sluice-Next-Offset") == 10)
    #expect(lines.jsonLines.map(\.description) == document.map(\.description))
    for copy in ["auto", "read", "mmap", "sendfile"] {
      let raw = try client.get("\(Self.path)?offset=3&copy=\(copy)", ["Accept": Self.raw])
      #expect(raw.mediaType == Self.raw)
      #expect(raw.number("Content-Length") == raw.bodyBytes)
      #expect(raw.number("Sluice-Next-Offset") == 10)
      if copy != "auto" { #expect(raw["Sluice-Copy-Strategy"] == copy) }
      let values = try KafkaBatch.all(in: raw.body).flatMap(\.values).filter { $0.offset >= 3 }
      #expect(
        values.map { String(decoding: $0.value ?? [], as: UTF8.self) } == (3..<10).map { "v\($0)" })
    }
  }

  @Test func theMediaTypeIsTheOneThatIsPreferred() throws {
    try fill()
    let table = [
      ("*/*", "application/json"), ("application/*", "application/json"),
      ("text/html, application/x-ndjson;q=0.5", "application/x-ndjson"),
      ("application/json;q=0.1, application/x-ndjson", "application/x-ndjson"),
      ("\(Self.raw), application/json;q=0.9", Self.raw),
    ]
    for (accept, expected) in table {
      #expect(try client.get(Self.path, ["Accept": accept]).mediaType == expected, "\(accept)")
    }
  }

  /// More batches than a search passes over in one turn of the loop, by far.
  @Test func aFewAmongManyAreFoundInEveryForm() throws {
    let many = (0..<60_000).map { #"{"value":"\#($0)","tag":"\#($0 % 2 == 0 ? "b" : "c")"}"# }
    let wanted = #"{"value":"found","tag":"a"}"#
    for part in [many + [wanted], many + [wanted]] {
      let body = part.joined(separator: "\n")
      #expect(try client.post(Self.produce, body, type: "application/x-ndjson").status == 200)
    }
    #expect(try offsets("tag=a") == [60_000, 120_001])
    #expect(try offsets("tag=a&offset=60001&wait=30s") == [120_001])
    #expect(try offsets("tag=none") == [])
    let raw = try client.get("\(Self.path)?tag=a", ["Accept": Self.raw])
    #expect(try KafkaBatch.all(in: raw.body).map(\.baseOffset) == [60_000, 120_001])
    let stream = try client.get(
      "\(Self.path)?tag=a&max_records=2", ["Accept": "text/event-stream"])
    #expect(EventTests.events(stream).compactMap(\.id) == ["60000", "120001"])
    let consumer = Consumer(server)
    for offset in [60_000, 120_001] {
      let messages = try consumer.receive(["t"], #""tags":["a"],"max_records":1"#)
      #expect(messages.map(\.offset) == [offset])
    }
    #expect(try consumer.receive(["t"], #""tags":["a"]"#).isEmpty)
  }

  @Test func tagsChooseExactly() throws {
    let tags = ["red", "blue", nil, "red", "green", "blue", "red"]
    let records = tags.enumerated().map { index, tag in
      let field = tag.map { #","tag":"\#($0)""# } ?? ""
      return #"{"value":"v\#(index)"\#(field)}"#
    }
    let body = #"{"records":[\#(records.joined(separator: ","))]}"#
    #expect(try client.post(Self.produce, body).status == 200)
    #expect(try offsets("tag=red") == [0, 3, 6])
    #expect(try offsets("tag=red&tag=green") == [0, 3, 4, 6])
    #expect(try offsets("offset=1&tag=red") == [3, 6])
    #expect(try offsets("tag=none") == [])
    let answer = try client.get("\(Self.path)?tag=none")
    #expect(answer.json["next_offset"].int == 7)
    for copy in ["read", "mmap", "sendfile"] {
      let raw = try client.get("\(Self.path)?tag=blue&copy=\(copy)", ["Accept": Self.raw])
      let values = try KafkaBatch.all(in: raw.body).flatMap(\.values)
      #expect(values.map(\.offset) == [1, 5], "\(copy)")
      #expect(raw.number("Content-Length") == raw.bodyBytes)
    }
  }

  @Test func aFilteredReadWithALimitLosesNothing() throws {
    let body = (0..<60).map { #"{"value":"v\#($0)","tag":"\#($0 % 3)"}"# }.joined(separator: "\n")
    #expect(try client.post(Self.produce, body, type: "application/x-ndjson").status == 200)
    var offset = 0
    var seen: [Int?] = []
    while offset < 60 {
      let answer = try client.get("\(Self.path)?offset=\(offset)&tag=1&max_records=4")
      seen += answer.json["records"].array.map { $0["offset"].int }
      let next = try #require(answer.json["next_offset"].int)
      try #require(next > offset)
      offset = next
    }
    #expect(seen == Array(stride(from: 1, to: 60, by: 3)))
  }

  @Test func aLongPollIsWokenByAProduce() throws {
    #expect(try client.put("/v1/topics/t").status == 201)
    for accept in ["application/json", "application/x-ndjson", Self.raw] {
      let port = server.port
      let poll = Background {
        try HTTPClient(port: port).send(
          HTTPRequest("GET", "\(Self.path)?offset=latest&wait=15s", ["Accept": accept]))
      }
      usleep(50_000)
      #expect(try client.post(Self.produce, "news", type: "text/plain").status == 200)
      let answer = try poll.join()
      #expect(answer.status == 200)
      #expect(answer.bodyBytes > 0)
      #expect(answer.text.contains("news"), "\(accept)")
      #expect(answer.seconds < 5)
    }
  }

  @Test func aLongPollWaitsForItsTag() throws {
    #expect(try client.put("/v1/topics/t").status == 201)
    let port = server.port
    let poll = Background {
      try HTTPClient(port: port).get("\(Self.path)?offset=0&tag=red&wait=15s")
    }
    usleep(30_000)
    #expect(try client.post("\(Self.produce)?tag=blue", "a", type: "text/plain").status == 200)
    usleep(30_000)
    #expect(try client.post("\(Self.produce)?tag=red", "b", type: "text/plain").status == 200)
    let answer = try poll.join()
    #expect(answer.json["records"].array.map { $0["value"].string } == ["b"])
    #expect(answer.json["next_offset"].int == 2)
  }

  @Test func aLongPollEndsWithNothing() throws {
    #expect(try client.put("/v1/topics/t").status == 201)
    let answer = try client.get("\(Self.path)?wait=200ms")
    #expect(answer.status == 200)
    #expect(answer.json["records"].isArray)
    #expect(answer.json["records"].array.count == 0)
    #expect(answer.json["next_offset"].int == 0)
    #expect(answer.seconds >= 0.19 && answer.seconds < 3)
    let raw = try client.get("\(Self.path)?wait=50ms", ["Accept": Self.raw])
    #expect(raw.status == 200)
    #expect(raw.number("Content-Length") == 0)
    let lines = try client.get("\(Self.path)?wait=50ms", ["Accept": "application/x-ndjson"])
    #expect(lines.status == 200)
    #expect(lines.bodyBytes == 0)
  }

  @Test func aWaitThatNeedNotWaitDoesNot() throws {
    try fill()
    let answer = try client.get("\(Self.path)?offset=5&wait=10s")
    #expect(answer.json["records"].array.count == 5)
    #expect(answer.seconds < 2)
  }
}
