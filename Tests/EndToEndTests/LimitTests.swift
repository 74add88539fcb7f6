import Foundation
import Support
import Testing

/// Every limit has an answer.
@Suite struct LimitTests {
  @Test func oneConnectionTooManyGets503() throws {
    let server = try TestServer(["--max-connections", "4"])
    // The client that waited for the server may not be gone yet: take what there is.
    var held: [RawConnection] = []
    var refused: HTTPResponse?
    for _ in 0..<8 where refused == nil {
      let connection = try server.connect()
      try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let answer = try connection.readResponse()
      if answer.status == 503 { refused = answer } else { held.append(connection) }
    }
    #expect(refused?.code == "too_many_connections")
    #expect(refused?.number("Retry-After") != nil)
    #expect(held.count <= 4)
    held.forEach { $0.close() }
    let deadline = ContinuousClock.now + .seconds(5)
    while try server.client().get("/healthz").status != 200, .now < deadline { usleep(1000) }
    #expect(try server.client().get("/healthz").status == 200)
  }

  @Test func moreBytesInFlightThanMayWaitGet429() throws {
    let server = try TestServer(["--max-queued-bytes", "1000"])
    let value = String(repeating: "x", count: 2000)
    let post =
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\n"
      + "Content-Type: text/plain\r\nContent-Length: 2000\r\n\r\n" + value
    #expect(try server.client().put("/v1/topics/t").status == 201)
    // All of them lie in one turn of the loop, which wakes the writer at its end.
    let sent = 8
    let connections = try (0..<sent).map { _ in try server.connect() }
    var statuses: Set<Int> = []
    var tries = 0
    while !statuses.isSuperset(of: [200, 429]), tries < 100 {
      tries += 1
      for connection in connections { try connection.send(post) }
      for connection in connections {
        let answer = try connection.readResponse()
        statuses.insert(answer.status)
        if answer.status == 429 {
          #expect(answer.code == "too_many_bytes_in_flight")
          #expect(answer.number("Retry-After") == 1)
        }
      }
    }
    #expect(statuses == [200, 429])
  }

  @Test func oneWaiterTooManyGets429() throws {
    let server = try TestServer(["--max-waiters", "2"])
    let client = server.client()
    #expect(try client.put("/v1/topics/t").status == 201)
    let poll = "GET /v1/topics/t/partitions/0/records?wait=20s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    var waiting: [RawConnection] = []
    for _ in 0..<2 {
      waiting.append(try server.connect())
      try waiting.last?.send(poll)
    }
    usleep(50_000)
    let answer = try client.get("/v1/topics/t/partitions/0/records?wait=20s")
    #expect(answer.status == 429)
    #expect(answer.code == "too_many_waiters")
    #expect(answer.number("Retry-After") != nil)
    #expect(try client.get("/v1/topics/t/partitions/0/records").status == 200)
    #expect(try client.post("/v1/topics/t/records", "x", type: "text/plain").status == 200)
    for connection in waiting { #expect(try connection.readResponse().status == 200) }
    let again = try client.get("/v1/topics/t/partitions/0/records?offset=latest&wait=10ms")
    #expect(again.status == 200)
  }

  @Test func bodiesThatAreHeldWholeHaveALimit() throws {
    let server = try TestServer(["--max-body-bytes", "1000"])
    let client = server.client()
    let value = String(repeating: "x", count: 2000)
    let said = try client.post("/v1/topics/t/records", #"{"value":"\#(value)"}"#)
    #expect(said.code == "body_too_large")
    #expect(said.json["limit_bytes"].int == 1000)
    var pieces = [#"{"value":""#, value, "\"}"].makeIterator()
    let stream = RequestBody.stream(length: nil) { pieces.next().map { Array($0.utf8) } ?? [] }
    let unsaid = try client.send(
      HTTPRequest(
        "POST", "/v1/topics/t/records", ["Content-Type": "application/json"], body: stream))
    #expect(unsaid.code == "body_too_large")
    #expect(try client.post("/v1/topics/t/records", value, type: "text/plain").status == 200)
  }

  @Test func topicsHaveALimit() throws {
    let server = try TestServer(["--max-topics", "2"])
    let client = server.client()
    #expect(try client.put("/v1/topics/a").status == 201)
    #expect(try client.put("/v1/topics/b").status == 201)
    #expect(try client.put("/v1/topics/c").code == "too_many_topics")
    let produced = try client.post("/v1/topics/d/records", "x", type: "text/plain")
    #expect(produced.code == "too_many_topics")
    #expect(try client.delete("/v1/topics/a").status == 204)
    #expect(try client.put("/v1/topics/c").status == 201)
  }

  @Test func recordsHaveTheirTopicsLimitInEveryForm() throws {
    let server = try TestServer()
    let client = server.client()
    #expect(try client.put("/v1/topics/t", #"{"config":{"max_record_bytes":100}}"#).status == 201)
    let long = String(repeating: "x", count: 101)
    let batch = KafkaBatch([.init(Array(long.utf8))]).encoded
    let answers = [
      try client.post("/v1/topics/t/records", #"{"value":"\#(long)"}"#),
      try client.post(
        "/v1/topics/t/records", #"{"value":"\#(long)"}"#, type: "application/x-ndjson"),
      try client.post("/v1/topics/t/records", long, type: "text/plain"),
      try client.post("/v1/topics/t/records", long, type: "application/octet-stream"),
      try client.post("/v1/topics/t/records", long, type: "application/x-www-form-urlencoded"),
      try client.post(
        "/v1/topics/t/records?partition=0", bytes: batch, type: ProduceTests.raw),
    ]
    for (index, answer) in answers.enumerated() {
      #expect([400, 413].contains(answer.status), "\(index): \(answer.text)")
    }
    #expect(answers.dropLast().allSatisfy { $0.code == "record_too_large" })
    #expect(answers.dropLast().allSatisfy { $0.json["limit_bytes"].int == 100 })
    #expect(try client.get("/v1/topics/t").json["records"].int == 0)
    let fits = String(repeating: "x", count: 90)
    #expect(try client.post("/v1/topics/t/records", fits, type: "text/plain").status == 200)
  }
}
