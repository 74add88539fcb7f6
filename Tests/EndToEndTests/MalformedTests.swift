import Support
import Testing

/// What no client should send gets its answer, stores nothing, and leaves the server as it was.
@Suite struct MalformedTests {
  @Test func everythingMalformedGetsItsAnswerAndStoresNothing() throws {
    let fixture = try Fixture()
    #expect(try fixture.client.patch("/v1/topics/plain", #"{"partitions":2}"#).status == 200)
    #expect(try fixture.client.put("/v1/groups/standing").status == 201)
    let groups = try fixture.client.get("/v1/groups/standing").text
    let before = try fixture.recordCount()
    let topics = try fixture.client.get("/v1/topics").json["topics"].array.count
    for example in MalformedCase.all {
      let connection = try fixture.server.connect()
      try connection.send(example.bytes)
      let answer = try connection.readResponse()
      let name = String(decoding: example.bytes.prefix(300), as: UTF8.self)
      #expect(answer.status == example.status, "\(name)\n\(answer.text)")
      #expect(answer.code == example.code, "\(name)\n\(answer.text)")
    }
    #expect(MalformedCase.all.count >= 60)
    #expect(try fixture.recordCount() == before)
    #expect(try fixture.client.get("/v1/topics").json["topics"].array.count == topics)
    #expect(try fixture.client.get("/v1/groups/standing").text == groups)
    #expect(try fixture.client.get("/v1/groups").json["groups"].array.count == 1)
    #expect(try fixture.client.get("/v1/transactions").json["transactions"].array.isEmpty)
    #expect(try fixture.client.get("/readyz").status == 200)
    #expect(fixture.server.isRunning)
  }

  @Test func theRecordAtFaultIsNamed() throws {
    let fixture = try Fixture()
    let before = try fixture.recordCount()
    let bodies = [
      #"{"records":[{"value":1},{"value":2},{"tag":"x"}]}"#,
      #"{"records":[{"value":1},{"value":2},{"value":3,"delay":"soon"}]}"#,
      #"{"records":[{"value":1},{"value":2},{"value":3,"partition":9}]}"#,
    ]
    for body in bodies {
      let answer = try fixture.client.post("/v1/topics/plain/records", body)
      #expect(answer.json["record"].int == 2, "\(answer.text)")
    }
    #expect(try fixture.recordCount() == before)
  }

  @Test func theBatchAtFaultIsNamedAndNoneIsStored() throws {
    let fixture = try Fixture()
    let before = try fixture.recordCount()
    var broken = MalformedCase.sound
    broken[broken.count - 1] ^= 1
    let answer = try fixture.client.post(
      "/v1/topics/plain/records?partition=0", bytes: MalformedCase.sound + broken,
      type: "application/vnd.kafka.recordbatch.v2")
    #expect(answer.code == "invalid_batch")
    #expect(answer.json["batch"].int == 1)
    #expect(try fixture.recordCount() == before)
  }

  @Test func aStreamedBodySaysHowManyWereStoredBeforeTheBadLine() throws {
    let fixture = try Fixture()
    let before = try fixture.recordCount()
    let answer = try fixture.client.post(
      "/v1/topics/plain/records", "{\"value\":1}\n\n{\"value\":2}\nbad\n{\"value\":3}\n",
      type: "application/x-ndjson")
    #expect(answer.code == "malformed_json")
    #expect(answer.json["stored"].int == 2)
    #expect(answer.json["line"].int == 4)
    #expect(try fixture.recordCount() == before + 2)
  }

  @Test func aTooLongLineThatArrivesInPiecesIsNamedToo() throws {
    let fixture = try Fixture()
    let connection = try fixture.server.connect()
    try connection.send(
      "POST /v1/topics/tight/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        + "Content-Length: 203\r\n\r\n" + "a\n" + String(repeating: "b", count: 60))
    // Let the server see the first piece by itself.
    _ = try fixture.client.get("/healthz")
    try connection.send(String(repeating: "b", count: 141))
    let answer = try connection.readResponse()
    #expect(answer.status == 413)
    #expect(answer.json["line"].int == 2, "\(answer.text)")
    #expect(answer.json["stored"].int == 1, "\(answer.text)")
  }
}
