import Foundation
import Support
import Testing

/// Starting, draining, stopping, starting again.
@Suite struct LifeTests {
  @Test func aStopFinishesWhatIsUnderWay() throws {
    let server = try TestServer()
    let client = server.client()
    #expect(try client.put("/v1/topics/t").status == 201)
    let port = server.port
    let poll = Background {
      try HTTPClient(port: port).get("/v1/topics/t/partitions/0/records?wait=60s")
    }
    let upload = try server.connect()
    try upload.send(
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        + "Content-Length: 11\r\n\r\nfirst ")
    usleep(100_000)
    server.beginTermination()
    // The poll is answered at once, with nothing; the upload may finish.
    let polled = try poll.join()
    #expect(polled.status == 200)
    #expect(polled.json["records"].array.count == 0)
    #expect(polled.seconds < 10)
    try upload.send("piece")
    let uploaded = try upload.readResponse()
    #expect(uploaded.status == 200)
    #expect(uploaded["Connection"]?.lowercased() == "close")
    #expect(try server.waitForEnd() == 0)
    try server.restart()
    let records = try server.client().get("/v1/topics/t/partitions/0/records").json["records"]
    #expect(records.array.map { $0["value"].string } == ["first piece"])
  }

  @Test func whoAsksAServerThatStopsHearsSo() throws {
    let server = try TestServer()
    #expect(try server.client().put("/v1/topics/t").status == 201)
    let upload = try server.connect()
    try upload.send(
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        + "Content-Length: 1\r\n\r\n")
    let half = try server.connect()
    try half.send("GET /readyz HTTP/1.1\r\nHo")
    usleep(100_000)
    server.beginTermination()
    for _ in 0..<500 where try server.client().get("/readyz").status == 200 { usleep(10_000) }
    for _ in 0..<3 {
      let answer = try server.client().get("/readyz")
      #expect(answer.status == 503)
      #expect(answer.code == "draining")
      #expect(answer["Connection"]?.lowercased() == "close")
      #expect(answer["Retry-After"] == "1")
    }
    #expect(!server.log.contains("request failed"))
    #expect(try server.client().get("/healthz").status == 200)
    let records = "/v1/topics/t/partitions/0/records"
    #expect(try server.client().get("/v1/events").code == "draining")
    let stream = try server.client().get(records, ["Accept": "text/event-stream"])
    #expect(stream.code == "draining")
    // A poll that comes now is answered as one that waited already.
    #expect(try server.client().get("\(records)?wait=60s").seconds < 10)
    try half.send("st: localhost\r\n\r\n")
    #expect(try half.readResponse().code == "draining")
    let idle = try server.connect()
    let start = ContinuousClock.now
    try upload.send("x")
    #expect(try upload.readResponse().status == 200)
    #expect(try server.waitForEnd() == 0)
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(try idle.readToEnd().isEmpty)
  }

  @Test func whereItListensIsSaidWhateverElseIs() throws {
    let server = try TestServer(["--log-level", "error"])
    #expect(server.log.contains("listening"))
    #expect(!server.log.contains("ready"))
  }

  @Test func anIdleServerStopsAtOnce() throws {
    let server = try TestServer()
    let idle = server.client()
    #expect(try idle.get("/healthz").status == 200)
    let start = ContinuousClock.now
    #expect(try server.terminate() == 0)
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test func recordsSurviveBothKindsOfEnd() throws {
    let server = try TestServer()
    for round in 0..<3 {
      let client = server.client()
      let body = "\(round) a\n\(round) b"
      #expect(try client.post("/v1/topics/t/records", body, type: "text/plain").status == 200)
      if round == 1 { try server.kill() }
      try server.restart()
    }
    let records = try server.client().get("/v1/topics/t/partitions/0/records").json["records"]
    #expect(records.array.map { $0["value"].string } == ["0 a", "0 b", "1 a", "1 b", "2 a", "2 b"])
    #expect(records.array.map { $0["offset"].int } == Array(0..<6))
  }

  @Test func twoServersDoNotShareADirectory() throws {
    let server = try TestServer()
    let log = server.directory + "/second.txt"
    let second = try ServerProcess(
      arguments: ["serve", "--data", server.dataDirectory, "--listen", "127.0.0.1:0"], logFile: log)
    #expect(try second.waitForEnd(withinMilliseconds: 5000) != 0)
    #expect(try server.client().get("/readyz").status == 200)
    #expect(!second.log.contains("listening"))
    #expect(second.log.contains("is in use by another server"))
  }
}
