import Foundation
import Support
import Testing

/// However many topics there are, and however few descriptors.
@Suite struct DescriptorTests {
  private static let topics = 500
  private static let descriptors = 256

  private static func metric(_ name: String, _ client: HTTPClient) throws -> Int {
    let line = try client.get("/metrics").text.split(separator: "\n").first {
      $0.hasPrefix(name + " ")
    }
    return Int(line?.split(separator: " ").last ?? "") ?? -1
  }

  private static func consume(_ topic: Int, _ client: HTTPClient) throws -> [String] {
    let path = "/v1/topics/topic-\(topic)/partitions/0/records?offset=0"
    let answer = try client.get(path)
    let raw = try client.get(path, ["Accept": "application/vnd.kafka.recordbatch.v2"])
    #expect(raw.status == 200 && !raw.body.isEmpty)
    return answer.json["records"].array.compactMap { $0["value"].string }
  }

  @Test func moreTopicsThanDescriptorsAreProducedToAndConsumed() throws {
    let server = try TestServer(openFilesMax: Self.descriptors)
    var client = server.client()
    for topic in 0..<Self.topics {
      #expect(try client.put("/v1/topics/topic-\(topic)").status == 201)
    }
    for topic in 0..<Self.topics {
      let answer = try client.post(
        "/v1/topics/topic-\(topic)/records", "one\ntwo \(topic)\n", type: "text/plain")
      #expect(answer.status == 200)
    }
    for topic in 0..<Self.topics {
      #expect(try Self.consume(topic, client) == ["one", "two \(topic)"])
    }
    #expect(try server.openFiles() <= Self.descriptors)
    try server.restart()
    client = server.client()
    for topic in (0..<Self.topics).reversed() {
      let answer = try client.post(
        "/v1/topics/topic-\(topic)/records", "three", type: "text/plain")
      #expect(answer.status == 200)
      #expect(try Self.consume(topic, client) == ["one", "two \(topic)", "three"])
    }
    // Connections have a share of their own.
    let connections = try (0..<100).map { _ in try server.connect() }
    for connection in connections {
      try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(try connection.readResponse().status == 200)
    }
    let limit = try Self.metric("sluice_log_open_files_limit", client)
    let open = try Self.metric("sluice_log_open_files", client)
    #expect(open > 0 && open <= limit && limit < Self.descriptors)
    #expect(try Self.metric("sluice_log_file_opens_total", client) > Self.topics)
    #expect(try server.terminate() == 0)
  }

  @Test func whenDescriptorsRunOutRequestsGet503AndGoOnWhenThereAreSome() throws {
    let server = try TestServer(openFilesMax: Self.descriptors)
    for topic in 0..<2 {
      let answer = try server.client().post(
        "/v1/topics/topic-\(topic)/records", "one", type: "text/plain")
      #expect(answer.status == 200)
    }
    // After a start no topic's file is open; the client's connection is made before the drought.
    try server.restart()
    let client = server.client()
    #expect(try client.get("/readyz").status == 200)
    try server.limitOpenFiles(to: 3)
    let path = "/v1/topics/topic-0/partitions/0/records?offset=0"
    let batches = ["Accept": "application/vnd.kafka.recordbatch.v2"]
    let produce = { (topic: Int) in
      try client.post("/v1/topics/topic-\(topic)/records", "two", type: "text/plain")
    }
    for answer in [
      try client.get(path), try client.get(path, batches),
      try client.get(path + "&copy=mmap", batches),
      try client.get("/v1/topics/topic-0/partitions/0/records/0/value"), try produce(0),
      try client.put("/v1/topics/another"),
    ] {
      #expect(answer.status == 503 && answer.code == "storage_unavailable", "\(answer.text)")
      #expect(answer.text.contains("Too many open files"), "\(answer.text)")
      #expect(answer.number("Retry-After") == 1)
    }
    try server.limitOpenFiles(to: Self.descriptors)
    for topic in 0..<2 {
      #expect(try produce(topic).status == 200)
      #expect(try Self.consume(topic, client) == ["one", "two"])
    }
    #expect(try client.put("/v1/topics/another").status == 201)
    #expect(try client.get("/readyz").status == 200)
    #expect(try server.terminate() == 0)
  }

  @Test func aConnectionForWhichThereIsNoDescriptorIsAnsweredAllTheSame() throws {
    let server = try TestServer(openFilesMax: Self.descriptors)
    let client = server.client()
    #expect(try client.get("/readyz").status == 200)
    try server.limitOpenFiles(to: try server.openFiles() + 8)
    // They are held, so that one of them finds none left.
    var held: [RawConnection] = []
    var refusals = 0
    for _ in 0..<40 {
      let connection = try server.connect()
      try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let answer = try connection.readResponse()
      if answer.status == 503 {
        #expect(answer.code == "too_many_connections")
        #expect(answer.text.contains("no descriptor"))
        refusals += 1
      } else {
        held.append(connection)
      }
    }
    #expect(!held.isEmpty && refusals > 20)
    #expect(try client.get("/healthz").status == 200)
    try server.limitOpenFiles(to: Self.descriptors)
    #expect(try server.client().get("/healthz").status == 200)
  }
}
