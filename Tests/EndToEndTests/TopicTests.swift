import Support
import Testing

/// Topics: made, changed, cut, deleted, and the same after a restart.
@Suite struct TopicTests {
  let server: TestServer
  let client: HTTPClient

  init() throws {
    server = try TestServer()
    client = server.client()
  }

  @Test func aTopicIsMadeOnceAndStandsAsItWasAskedFor() throws {
    let body = #"{"partitions":3,"config":{"retention_ms":null,"retention_bytes":1000000}}"#
    let made = try client.put("/v1/topics/orders", body)
    #expect(made.status == 201)
    let again = try client.put("/v1/topics/orders", body)
    #expect(again.status == 200)
    #expect(again.json.description == made.json.description)
    let topic = try client.get("/v1/topics/orders").json
    #expect(topic.description == made.json.description)
    #expect(topic["name"].string == "orders")
    #expect(topic["partitions"].array.map { $0["partition"].int } == [0, 1, 2])
    #expect(topic["config"]["retention_ms"].isNull)
    #expect(topic["config"]["retention_bytes"].int == 1_000_000)
    #expect(topic["config"]["durability"].string == "disk")
    #expect(topic["config"]["compression"].string == "none")
  }

  @Test func aTopicThatStandsDifferentlyIsLeftAlone() throws {
    #expect(try client.put("/v1/topics/orders").status == 201)
    let answer = try client.put("/v1/topics/orders", #"{"config":{"segment_bytes":4096}}"#)
    #expect(answer.code == "topic_exists_differently")
    let config = try client.get("/v1/topics/orders").json["config"]
    #expect(config["segment_bytes"].int == 1 << 30)
  }

  @Test func aChangeTouchesOnlyWhatItNamesAndSurvivesARestart() throws {
    #expect(try client.put("/v1/topics/t", #"{"config":{"segment_ms":60000}}"#).status == 201)
    let body = #"{"partitions":2,"config":{"durability":"memory","retention_ms":null}}"#
    let changed = try client.patch("/v1/topics/t", body)
    #expect(changed.status == 200)
    #expect(changed.json["config"]["segment_ms"].int == 60_000)
    #expect(changed.json["config"]["durability"].string == "memory")
    #expect(
      try client.post("/v1/topics/t/records?partition=1", "x", type: "text/plain").status == 200)
    let before = try client.get("/v1/topics/t").json.description
    try server.restart()
    let after = try server.client().get("/v1/topics/t").json
    #expect(after.description == before)
    #expect(after["partitions"][1]["high_watermark"].int == 1)
  }

  @Test func aDeletedTopicIsGoneForGood() throws {
    #expect(try client.post("/v1/topics/t/records", "old", type: "text/plain").status == 200)
    #expect(try client.delete("/v1/topics/t").status == 204)
    #expect(try client.get("/v1/topics/t").code == "topic_not_found")
    #expect(try client.get("/v1/topics").json["topics"].array.count == 0)
    // A topic of the same name is another topic.
    #expect(try client.post("/v1/topics/t/records", "new", type: "text/plain").status == 200)
    let records = try client.get("/v1/topics/t/partitions/0/records").json["records"]
    #expect(records.array.map { $0["value"].string } == ["new"])
    #expect(try client.delete("/v1/topics/t").status == 204)
    try server.restart()
    #expect(try server.client().get("/v1/topics/t").status == 404)
  }

  @Test func truncationDropsWholeSegments() throws {
    #expect(try client.put("/v1/topics/t", #"{"config":{"segment_bytes":1024}}"#).status == 201)
    for _ in 0..<10 {
      let value = String(repeating: "x", count: 300)
      #expect(try client.post("/v1/topics/t/records", value, type: "text/plain").status == 200)
    }
    let path = "/v1/topics/t/partitions/0"
    let bases = try client.get(path).json["segments"].array.compactMap { $0["base_offset"].int }
    #expect(bases.count > 2)
    let asked = bases[1] + 1
    let cut = try client.post("\(path)/truncate", #"{"before_offset":\#(asked)}"#)
    #expect(cut.status == 200)
    #expect(cut.json["log_start_offset"].int == bases[1])
    #expect(try client.get(path).json["segments"][0]["base_offset"].int == bases[1])
    #expect(try client.get("\(path)/records?offset=0").json["earliest_offset"].int == bases[1])
    let end = try client.post("\(path)/truncate", #"{"before_offset":10}"#)
    #expect(end.json["log_start_offset"].int == 10)
    #expect(try client.get("\(path)/records").json["records"].array.count == 0)
    try server.restart()
    let after = try server.client().get(path).json
    #expect(after["log_start_offset"].int == 10)
    #expect(after["high_watermark"].int == 10)
  }

  @Test func theListAndTheOverviewCountEverything() throws {
    #expect(try client.put("/v1/topics/b", #"{"partitions":2}"#).status == 201)
    #expect(try client.post("/v1/topics/a/records", "1\n2\n3", type: "text/plain").status == 200)
    let topics = try client.get("/v1/topics").json["topics"]
    #expect(topics.array.map { $0["name"].string } == ["a", "b"])
    #expect(topics.array.map { $0["records"].int } == [3, 0])
    #expect(topics.array.map { $0["partitions"].int } == [1, 2])
    let size = try client.get("/v1/topics/a/partitions/0/segments/0").bodyBytes
    #expect(topics[0]["bytes"].int == size)
    let status = try client.get("/v1/status").json
    #expect(status["totals"]["records"].int == 3)
    #expect(status["totals"]["partitions"].int == 3)
    #expect(status["topics"].array.map { $0["name"].string } == ["a", "b"])
    #expect(status["phase"].string == "serving")
  }

  @Test func withoutAutomaticCreationAProduceNeedsItsTopic() throws {
    let server = try TestServer(["--no-auto-create"])
    let client = server.client()
    let answer = try client.post("/v1/topics/t/records", "x", type: "text/plain")
    #expect(answer.code == "topic_not_found")
    #expect(try client.put("/v1/topics/t").status == 201)
    #expect(try client.post("/v1/topics/t/records", "x", type: "text/plain").status == 200)
  }
}
