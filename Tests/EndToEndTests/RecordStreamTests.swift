import Foundation
import Support
import Testing

/// A partition's records as server-sent events: every one, in order, whatever happens.
@Suite struct RecordStreamTests {
  let server: TestServer
  let client: HTTPClient
  static let produce = "/v1/topics/t/records"
  static let path = "/v1/topics/t/partitions/0/records"

  init() throws {
    server = try TestServer()
    client = server.client()
  }

  private func send(_ lines: [String], _ query: String = "") throws {
    let answer = try client.post(
      Self.produce + query, lines.joined(separator: "\n"), type: "text/plain")
    #expect(answer.status == 200)
  }

  /// A stream that ends by itself, at `max_records`.
  private func stream(_ query: String, lastID: String? = nil) throws -> HTTPResponse {
    var fields = ["Accept": "text/event-stream"]
    if let lastID { fields["Last-Event-ID"] = lastID }
    return try client.get("\(Self.path)?\(query)", fields)
  }

  private func ids(_ answer: HTTPResponse) -> [Int] {
    EventTests.events(answer).compactMap { $0.id.flatMap { Int($0) } }
  }

  @Test func aStreamThatFallsSilentSaysWithinFifteenSecondsThatItStands() throws {
    #expect(try client.put("/v1/topics/t").status < 300)
    let port = server.port
    let later = Background {
      let other = HTTPClient(port: port)
      for seconds in [1.0, 15.5] {
        Thread.sleep(forTimeInterval: seconds)
        _ = try other.post(Self.produce, "a line", type: "text/plain")
      }
    }
    let text = try stream("offset=latest&max_records=2").text
    try later.join()
    let first = try #require(text.range(of: "id: 0"))
    let second = try #require(text.range(of: "id: 1"))
    #expect(text[first.upperBound..<second.lowerBound].contains(": heartbeat"))
  }

  @Test func eventsAreTheLinesWithTheirOffsets() throws {
    let records = """
      {"records":[{"key":"k","value":{"n":1},"tag":"red","headers":{"h":"x"}},
        {"value":"two\\nlines"},{"value_base64":"/wD/"}]}
      """
    #expect(try client.post(Self.produce, records).status == 200)
    let lines = try client.get(Self.path, ["Accept": "application/x-ndjson"])
    let answer = try stream("max_records=3")
    #expect(answer.status == 200)
    #expect(answer.mediaType == "text/event-stream")
    #expect(answer["Cache-Control"] == "no-store")
    #expect(answer.number("Sluice-Next-Offset") == 0)
    let events = EventTests.events(answer)
    #expect(events.map(\.name) == ["message", "message", "message"])
    #expect(ids(answer) == [0, 1, 2])
    #expect(events.map { $0.data ?? "" } == lines.text.split(separator: "\n").map(String.init))
    let values = try EventTests.events(stream("max_records=1&values=base64")).first?.json
    #expect(values?["value_base64"].base64 == Array(#"{"n":1}"#.utf8))
  }

  @Test func aStreamBeginsWhereItIsAsked() throws {
    try send((0..<10).map { "v\($0)" })
    let table: [(String, String?, [Int])] = [
      ("max_records=2", nil, [0, 1]), ("offset=7&max_records=3", nil, [7, 8, 9]),
      ("max_records=2", "4", [5, 6]), ("offset=0&max_records=2", "6", [7, 8]),
      ("from=2000-01-01T00:00:00Z&max_records=1", nil, [0]),
      ("from=2000-01-01T00:00:00Z&max_records=1", "8", [9]),
      ("max_records=1", "", [0]),
    ]
    for (query, lastID, expected) in table {
      #expect(ids(try stream(query, lastID: lastID)) == expected, "\(query), \(lastID ?? "-")")
    }
  }

  @Test func recordsComeAsTheyAreProduced() throws {
    try send(["a"])
    for start in ["offset=1", "offset=latest", "from=2100-01-01T00:00:00Z"] {
      let before = try client.get("/v1/topics/t").json["records"].int ?? -1
      let query = "\(Self.path)?\(start == "offset=1" ? "offset=\(before)" : start)&max_records=2"
      let port = server.port
      let poll = Background { try EventTests.listen(port, 2, query) }
      let open = "sluice_streams{kind=\"records\"}"
      #expect(try EventTests.wait { try EventTests.metric(open, server) == 1 })
      try send(["b"])
      try send(["c"])
      let answer = try poll.join()
      #expect(ids(answer) == [before, before + 1], "\(start)")
      #expect(EventTests.events(answer).map { $0.json["value"].string } == ["b", "c"])
      #expect(try EventTests.wait { try EventTests.metric(open, server) == 0 })
    }
  }

  @Test func tagsChooseExactly() throws {
    let body = (0..<60).map { #"{"value":"v\#($0)","tag":"\#($0 % 3)"}"# }.joined(separator: "\n")
    #expect(try client.post(Self.produce, body, type: "application/x-ndjson").status == 200)
    #expect(
      ids(try stream("tag=1&max_records=20")) == Array(stride(from: 1, to: 60, by: 3)))
    #expect(ids(try stream("tag=0&tag=2&max_records=4", lastID: "30")) == [32, 33, 35, 36])
  }

  @Test func aReaderThatIsSlowAndOneThatComesBackGetEveryRecordOnce() throws {
    let count = 3000
    let value = String(repeating: "x", count: 2000)
    let slow = try RawConnection(port: server.port, receiveBufferBytes: 4096)
    try send(["first"])
    try slow.send(
      "GET \(Self.path)?max_records=\(count + 1) HTTP/1.1\r\nHost: localhost\r\n"
        + "Accept: text/event-stream\r\n\r\n")
    #expect(try slow.readHead().status == 200)
    for part in 0..<10 { try send((0..<(count / 10)).map { "\(part) \($0) \(value)" }) }
    // The socket is full by now, many times over.
    var text: [UInt8] = []
    while case let chunk = try slow.readChunk(), !chunk.isEmpty { text += chunk }
    let events = ServerSentEvent.all(in: String(decoding: text, as: UTF8.self))
    #expect(events.compactMap { $0.id.flatMap { Int($0) } } == Array(0...count))
    // A few at a time, each time behind the last one that came.
    var seen: [Int] = []
    while seen.count < 50 {
      seen += ids(try stream("max_records=7", lastID: seen.last.map { "\($0)" }))
    }
    #expect(seen == Array(0..<seen.count))
  }

  @Test func whatWasDeletedUnderASlowReaderIsSaid() throws {
    let config = #"{"config":{"segment_bytes":262144}}"#
    #expect(try client.put("/v1/topics/t", config).status == 201)
    let value = String(repeating: "x", count: 16_000)
    let count = 2000
    for part in 0..<20 { try send((0..<(count / 20)).map { "\(part) \($0) \(value)" }) }
    let slow = try RawConnection(port: server.port, receiveBufferBytes: 4096)
    try slow.send(
      "GET \(Self.path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
    #expect(try slow.readHead().status == 200)
    let truncated = try client.post("\(Self.path.dropLast(8))/truncate", #"{"before_offset":1990}"#)
    let start = try #require(truncated.json["log_start_offset"].int)
    #expect(start > 1900)
    var text: [UInt8] = []
    let end = Array("id: \(count - 1)\n".utf8)
    while text.suffix(40_000).firstRange(of: end) == nil { text += try slow.readChunk() }
    let events = ServerSentEvent.all(in: String(decoding: text, as: UTF8.self))
    let place = try #require(events.firstIndex { $0.name == "gap" })
    let gap = events[place].json
    let before = events[..<place].compactMap { $0.id.flatMap { Int($0) } }
    let behind = events[(place + 1)...].compactMap { $0.id.flatMap { Int($0) } }
    #expect(before == Array(0..<before.count))
    #expect(gap["next_offset"].int == before.count)
    #expect(gap["earliest_offset"].int == start)
    #expect(behind == Array(start..<(start + behind.count)))
    #expect(events.filter { $0.name == "gap" }.count == 1)
    #expect(try EventTests.metric("sluice_stream_gaps_total", server) == 1)
    // Who comes back is told as well, and once only: the gap has an id, too.
    let back = EventTests.events(try stream("max_records=1", lastID: "5"))
    #expect(back.map(\.name) == ["gap", "message"])
    #expect(back.first?.id == "\(start - 1)")
    let again = EventTests.events(try stream("max_records=1", lastID: "\(start - 1)"))
    #expect(again.map(\.name) == ["message"])
  }

  @Test func aPlaceThatCannotBeReadFromIsAStatus() throws {
    try send(["a", "b", "c"])
    #expect(
      try client.post("\(Self.path.dropLast(8))/truncate", #"{"before_offset":3}"#).status == 200)
    let old = try stream("offset=0")
    #expect(old.status == 410 && old.code == "offset_too_old")
    #expect(old.json["earliest_offset"].int == 3)
    for (query, lastID) in [("offset=9", nil), ("max_records=1", "9")] {
      let past = try stream(query, lastID: lastID)
      #expect(past.status == 416 && past.code == "offset_past_end")
      #expect(past.json["high_watermark"].int == 3)
    }
  }

  @Test func aStreamThatCannotGoOnSaysWhyAndEnds() throws {
    try send(["a"])
    let connection = try server.connect()
    try connection.send(
      "GET \(Self.path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
    #expect(try connection.readHead().status == 200)
    #expect(try client.delete("/v1/topics/t").status == 204)
    var text = ""
    while case let chunk = try connection.readChunk(), !chunk.isEmpty {
      text += String(decoding: chunk, as: UTF8.self)
    }
    let events = ServerSentEvent.all(in: text).filter { $0.data != nil }
    #expect(events.map(\.name) == ["message", "failure"])
    #expect(events.last?.json["code"].string == "topic_not_found")
    // The connection goes on.
    try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse().status == 200)
  }

  @Test func damageEndsAStreamWithItsPlace() throws {
    for value in ["a", "b", "c"] { try send([String(repeating: value, count: 200)]) }
    #expect(try server.terminate() == 0)
    let file = "\(server.dataDirectory)/topics/t-0/00000000000000000000.log"
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let size = bytes.count / 3
    bytes[size + size / 2] ^= 0xFF
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    try server.restart()
    let client = server.client()
    let answer = try client.get(Self.path, ["Accept": "text/event-stream"])
    let events = EventTests.events(answer)
    #expect(events.map(\.name) == ["message", "failure"])
    #expect(events.last?.json["code"].string == "log_corrupted")
    #expect(events.last?.json["position"].int == size)
  }

  @Test func aReaderThatGoesIsForgotten() throws {
    try send(["a"])
    var readers = try (0..<3).map { _ in
      let connection = try server.connect()
      try connection.send(
        "GET \(Self.path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
      #expect(try connection.readHead().status == 200)
      return connection
    }
    let open = { try EventTests.metric("sluice_streams{kind=\"records\"}", server) }
    #expect(try open() == 3)
    readers.removeAll()
    #expect(try EventTests.wait { try open() == 0 })
    try send(["b"])
    #expect(ids(try stream("max_records=2")) == [0, 1])
  }
}
