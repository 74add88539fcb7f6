import Foundation
import Support
import Testing

/// What a request leaves behind when it is over: nothing.
@Suite struct EndingsTests {
  /// The descriptors a server holds, by its own count.
  private static func descriptors(_ server: TestServer) throws -> Int {
    let text = try server.client().get("/metrics").text
    let line = text.split(separator: "\n").first { $0.hasPrefix("process_open_fds ") }
    return Int(line?.split(separator: " ").last ?? "") ?? -1
  }

  private static func gauge(_ name: String, _ server: TestServer) throws -> Int {
    let text = try server.client().get("/metrics").text
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return Int(line?.split(separator: " ").last ?? "") ?? -1
  }

  /// Waits until `value` is at most `limit`; connections end a moment after their answers.
  private static func settles(_ limit: Int, _ value: () throws -> Int) throws -> Bool {
    for _ in 0..<100 {
      if try value() <= limit { return true }
      usleep(50_000)
    }
    return false
  }

  @Test func endedRequestsGiveTheirDescriptorsBack() throws {
    let server = try TestServer()
    #expect(try server.client().post("/v1/topics/t/records", "a", type: "text/plain").status == 200)
    let before = try Self.descriptors(server)
    for _ in 0..<20 {
      let client = server.client()
      _ = try client.post("/v1/topics/t/records", "a\nb", type: "text/plain")
      _ = try server.client().post(
        "/v1/topics/t/records", "{\"value\":1}\nbad", type: "application/x-ndjson")
      _ = try server.client().get("/v1/topics/t/partitions/0/records?offset=latest&wait=1ms")
    }
    #expect(try Self.settles(before + 5) { try Self.descriptors(server) })
  }

  @Test func vanishedClientsAreNoticed() throws {
    let server = try TestServer()
    #expect(try server.client().put("/v1/topics/t").status == 201)
    for _ in 0..<5 {
      let poll = try server.connect()
      try poll.send(
        "GET /v1/topics/t/partitions/0/records?wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let cut = try server.connect()
      try cut.send("POST /nope HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
      _ = try cut.readResponse()
    }
    // Both lots are out of scope: their sockets are closed. The scrape itself is one request.
    #expect(try Self.settles(1) { try Self.gauge("sluice_http_active_requests", server) })
  }

  @Test func aTopicWithTheLongestNameCanBeDeleted() throws {
    let server = try TestServer()
    let path = "/v1/topics/" + String(repeating: "n", count: 249)
    #expect(try server.client().put(path).status == 201)
    #expect(try server.client().delete(path).status == 204)
    try server.restart()
    #expect(try server.client().get(path).status == 404)
    #expect(try server.client().put(path).status == 201)
  }

  @Test func aRequestWithTooManyTagsLeavesNoneBehind() throws {
    let server = try TestServer()
    let many = (0..<60_000).map { "{\"value\":1,\"tag\":\"order-\(1_000_000_000_000 + $0)\"}" }
    let body = "{\"records\":[" + many.joined(separator: ",") + "]}"
    let client = server.client()
    #expect(try client.post("/v1/topics/t/records", body).status == 400)
    #expect(try client.post("/v1/topics/t/records", "{\"value\":1,\"tag\":\"new\"}").status == 200)
  }

  @Test func recordsShowWhateverBecomesOfTheirDurability() throws {
    let server = try TestServer()
    let client = server.client()
    #expect(try client.put("/v1/topics/t").status == 201)
    let path = "/v1/topics/t/partitions/0/records?wait=5s&offset="
    for round in 0..<20 {
      let durability = round % 2 == 0 ? "memory" : "disk"
      let stored = try client.post("/v1/topics/t/records?acks=written", "{\"value\":1}")
      #expect(stored.status == 200)
      let change = "{\"config\":{\"durability\":\"\(durability)\"}}"
      #expect(try client.patch("/v1/topics/t", change).status == 200)
      #expect(try client.get(path + "\(round)").json["records"].array.count == 1)
    }
  }

  @Test func anotherTopicsSegmentHasAnotherTag() throws {
    let server = try TestServer()
    let client = server.client()
    var tags: [String?] = []
    for value in ["aaaa", "bbbb"] {
      #expect(try client.put("/v1/topics/t").status == 201)
      let record = "{\"value\":\"\(value)\",\"timestamp\":1000}"
      #expect(try client.post("/v1/topics/t/records", record).status == 200)
      tags.append(try client.get("/v1/topics/t/partitions/0/segments/0")["ETag"])
      #expect(try client.delete("/v1/topics/t").status == 204)
    }
    #expect(tags[0] != nil && tags[0] != tags[1])
  }
}
