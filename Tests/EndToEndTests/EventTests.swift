import Foundation
import Support
import Testing

/// `/v1/events`: what a status page listens to.
@Suite struct EventTests {
  static let path = "/v1/events"

  /// Listens until so many events have come.
  static func listen(_ port: UInt16, _ count: Int, _ path: String = path) throws -> HTTPResponse {
    var request = HTTPRequest("GET", path, ["Accept": "text/event-stream"])
    request.isEnough = { ServerSentEvent.all(in: $0.text).filter { $0.data != nil }.count >= count }
    return try HTTPClient(port: port).send(request)
  }

  static func events(_ answer: HTTPResponse) -> [ServerSentEvent] {
    ServerSentEvent.all(in: answer.text).filter { $0.data != nil }
  }

  static func metric(_ name: String, _ server: TestServer) throws -> Int {
    let text = try server.client().get("/metrics").text
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return Int(line?.split(separator: " ").last ?? "") ?? -1
  }

  /// Waits until `holds`; false if it does not within ten seconds.
  static func wait(until holds: () throws -> Bool) throws -> Bool {
    for _ in 0..<500 {
      if try holds() { return true }
      usleep(20_000)
    }
    return false
  }

  @Test func theOverviewComesAgainAndAgain() throws {
    let server = try TestServer()
    let answer = try Self.listen(server.port, 3)
    #expect(answer.status == 200)
    #expect(answer.mediaType == "text/event-stream")
    #expect(answer["Cache-Control"] == "no-store")
    #expect(answer.text.hasPrefix("retry: "))
    let events = Self.events(answer)
    #expect(events.map(\.name) == ["status", "status", "status"])
    let status = try server.client().get("/v1/status").json
    for event in events {
      #expect(event.json.names == status.names)
      #expect(event.json["started"].string == status["started"].string)
    }
    let uptimes = events.compactMap { $0.json["uptime_ms"].int }
    #expect(uptimes.count == 3 && zip(uptimes, uptimes.dropFirst()).allSatisfy(<))
  }

  @Test func allPagesGetTheVerySameEvents() throws {
    let server = try TestServer(["--loops", "2"])
    let port = server.port
    let pages = (0..<4).map { _ in Background { try Self.listen(port, 4) } }
    let texts = try pages.map { page in Self.events(try page.join()).compactMap(\.data) }
    // They came within a moment of each other, and none was rendered for one of them alone.
    for text in texts { #expect(Set(text).intersection(texts[0]).count >= 2) }
    #expect(Set(texts.joined()).count <= 6)
  }

  @Test func aSlowPageMissesEventsAndGetsTheNewest() throws {
    let server = try TestServer()
    let client = server.client()
    // Long names make large events, which fill the little that is held back for a page.
    for index in 0..<60 {
      let name = String(repeating: "n", count: 240) + "\(index)"
      #expect(try client.put("/v1/topics/\(name)").status == 201)
    }
    let page = try RawConnection(port: server.port, receiveBufferBytes: 2048)
    try page.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let dropped = { try Self.metric("sluice_stream_dropped_events_total", server) }
    #expect(try Self.wait { try dropped() >= 2 })
    #expect(try client.post("/v1/topics/t/records", "news", type: "text/plain").status == 200)
    #expect(try page.readHead().status == 200)
    // What comes is whole, and leads to the newest.
    var text = ""
    var last: JSONDocument?
    while last?["totals"]["records"].int != 1 {
      text += String(decoding: try page.readChunk(), as: UTF8.self)
      last = ServerSentEvent.all(in: text).last { $0.data != nil }?.json
      #expect(last?.isMissing != true)
    }
    #expect(try dropped() >= 2)
  }

  @Test func aPageThatGoesIsForgotten() throws {
    let server = try TestServer()
    let open = { try Self.metric("sluice_streams{kind=\"status\"}", server) }
    for _ in 0..<3 { _ = try Self.listen(server.port, 1) }
    #expect(try Self.wait { try open() == 0 })
    var pages = [try server.connect()]
    try pages[0].send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try pages[0].readHead().status == 200)
    #expect(try open() == 1)
    pages = []
    #expect(try Self.wait { try open() == 0 })
  }

  @Test func aStopEndsEveryStream() throws {
    let server = try TestServer(["--drain-timeout", "100"])
    #expect(try server.client().put("/v1/topics/t").status == 201)
    let records = "/v1/topics/t/partitions/0/records"
    let streams = try [Self.path, records].map { path in
      let connection = try server.connect()
      try connection.send(
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
      #expect(try connection.readHead().status == 200)
      return connection
    }
    server.beginTermination()
    for stream in streams {
      while try !stream.readChunk().isEmpty {}
      #expect(try stream.readToEnd() == [])
    }
    #expect(try server.waitForEnd() == 0)
  }

  @Test func oneStreamTooManyGets429() throws {
    let server = try TestServer(["--max-streams", "2"])
    let client = server.client()
    #expect(try client.put("/v1/topics/t").status == 201)
    let paths = [Self.path, "/v1/topics/t/partitions/0/records"]
    var streams = try paths.map { path in
      let connection = try server.connect()
      try connection.send(
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
      #expect(try connection.readHead().status == 200)
      return connection
    }
    for path in paths {
      let answer = try client.get(path, ["Accept": "text/event-stream"])
      #expect(answer.status == 429)
      #expect(answer.code == "too_many_streams")
      #expect(answer.json["limit"].int == 2)
      #expect(answer.number("Retry-After") != nil)
      // A head takes no place.
      #expect(try client.send(HTTPRequest("HEAD", path)).status == 200)
    }
    #expect(try Self.metric("sluice_streams_refused_total", server) == 2)
    streams.removeAll()
    #expect(
      try Self.wait {
        try Self.metric("sluice_streams{kind=\"status\"}", server) == 0
          && Self.metric("sluice_streams{kind=\"records\"}", server) == 0
      })
    #expect(try Self.events(Self.listen(server.port, 1)).count == 1)
  }
}
