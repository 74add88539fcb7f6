import Support
import Testing

/// No web page reaches a server on somebody's own machine.
@Suite struct ForeignerTests {
  let server: TestServer
  let client: HTTPClient

  init() throws {
    server = try TestServer(["--host-name", "log.example"])
    client = server.client()
  }

  @Test func onlyTheServersOwnNamesAreAnswered() throws {
    let port = server.port
    for host in [
      "localhost", "127.0.0.1:\(port)", "LOCALHOST:\(port)", "[::1]:\(port)", "log.example",
    ] {
      #expect(try client.get("/healthz", ["Host": host]).status == 200, "\(host)")
    }
    for host in ["evil.example", "evil.example:\(port)", "127.0.0.1.evil.example", "10.0.0.1"] {
      let answer = try client.get("/v1/topics", ["Host": host])
      #expect(answer.status == 421, "\(host)")
      #expect(answer.code == "foreign_host")
    }
    let absolute = try server.connect()
    try absolute.send("GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try absolute.readResponse().code == "foreign_host")
  }

  @Test func aTargetThatNamesTheServerDoesNotMakeItsHostTheServersOwn() throws {
    let connection = try server.connect()
    try connection.send("GET http://localhost/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    #expect(try connection.readResponse().status == 200)
    try connection.send("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    #expect(try connection.readResponse().code == "foreign_host")
  }

  @Test func onlyTheServersOwnPagesMayAsk() throws {
    let host = "localhost:\(server.port)"
    let own = try client.get("/healthz", ["Host": host, "Origin": "http://\(host)"])
    #expect(own.status == 200)
    for origin in [
      "http://evil.example", "null", "http://localhost:1", "nonsense", "https://localhost",
      "https://\(host)", "ftp://\(host)",
    ] {
      let headers = ["Host": host, "Origin": origin]
      let answer = try client.post("/v1/topics/t/records", "x", type: "text/plain", headers)
      #expect(answer.status == 403, "\(origin)")
      #expect(answer.code == "foreign_origin")
    }
    #expect(try client.get("/v1/topics").json["topics"].array.count == 0)
  }

  @Test func somebodyElseMaySpeakTLSUnderAGivenName() throws {
    for (host, origin, status) in [
      ("log.example", "https://log.example", 200), ("log.example", "http://log.example", 200),
      ("log.example:8443", "https://log.example:8443", 200),
      ("log.example", "https://log.example:8443", 403),
      ("log.example:8443", "https://log.example", 403),
      ("log.example", "https://other.example", 403), ("localhost", "https://localhost", 403),
    ] {
      let answer = try client.get("/healthz", ["Host": host, "Origin": origin])
      #expect(answer.status == status, "\(host) \(origin)")
    }
  }

  @Test func whatAnotherSitesPageLoadsIsKeptOut() throws {
    let visit = ["Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"]
    let image = ["Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"]
    let frame = ["Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"]
    for (path, site, how, status) in [
      ("/", "cross-site", visit, 200), ("/", "cross-site", frame, 403),
      ("/", "same-site", image, 403), ("/metrics", "cross-site", visit, 200),
      ("/v1/transactions?producer_group=x", "cross-site", image, 403),
      ("/v1/transactions?producer_group=x", "cross-site", visit, 403),
      ("/v1/topics", "same-site", visit, 403), ("/v1/topics", "same-origin", image, 200),
      ("/v1/topics", "none", visit, 200), ("/v1/topics", "made-up", image, 403),
    ] {
      let headers = how.merging(["Sec-Fetch-Site": site]) { own, _ in own }
      let answer = try client.get(path, headers)
      #expect(answer.status == status, "\(path) \(site)")
      if status == 403 { #expect(answer.code == "foreign_origin") }
    }
    let post = try client.post(
      "/v1/topics/t/records", "x", type: "text/plain", ["Sec-Fetch-Site": "cross-site"])
    #expect(post.code == "foreign_origin")
    #expect(try client.get("/v1/topics").json["topics"].array.isEmpty)
  }
}
