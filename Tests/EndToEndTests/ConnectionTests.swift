import Foundation
import Support
import Testing

/// HTTP/1.1 as a connection sees it.
@Suite struct ConnectionTests {
  let server: TestServer
  let client: HTTPClient

  init() throws {
    server = try TestServer(["--head-timeout", "1", "--body-timeout", "1"])
    client = server.client()
  }

  private func request(_ target: String, _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
  }

  @Test func aConnectionIsUsedAgain() throws {
    #expect(try client.get("/healthz").connectionsMade == 1)
    for path in ["/healthz", "/v1/topics", "/nothing", "/metrics", "/v1/topics/none"] {
      #expect(try client.get(path).connectionsMade == 0, "\(path)")
    }
    let post = try client.post("/v1/topics/t/records", "x", type: "text/plain")
    #expect(post.connectionsMade == 0)
    #expect(try client.post("/v1/topics/t/records", "[").connectionsMade == 0)
    #expect(try client.get("/healthz").connectionsMade == 0)
  }

  @Test func pipelinedRequestsAreAnsweredInTheirOrder() throws {
    let connection = try server.connect()
    let produce =
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
      + "Content-Length: 4\r\n\r\nnews"
    var text = request("/healthz", "X-Request-Id: first\r\n") + produce
    text += request("/v1/topics/t/partitions/0/records/0/value") + produce
    text += request("/nothing", "X-Request-Id: last\r\n")
    try connection.send(text)
    let first = try connection.readResponse()
    #expect(first.status == 200)
    #expect(first["X-Request-Id"] == "first")
    #expect(try connection.readResponse().json["partitions"][0]["base_offset"].int == 0)
    #expect(try connection.readResponse().text == "news")
    #expect(try connection.readResponse().json["partitions"][0]["base_offset"].int == 1)
    let last = try connection.readResponse()
    #expect(last.status == 404)
    #expect(last["X-Request-Id"] == "last")
  }

  @Test func aHundredPipelinedRequestsAllGetAnswers() throws {
    let connection = try server.connect()
    let all = (0..<100).map { request("/healthz", "X-Request-Id: \($0)\r\n") }.joined()
    try connection.send(all)
    for index in 0..<100 {
      #expect(try connection.readResponse()["X-Request-Id"] == "\(index)")
    }
  }

  @Test func pipelinedRequestsWithLongAnswersAllGetThem() throws {
    let connection = try server.connect()
    let length = try client.get("/openapi.yaml").bodyBytes
    try connection.send(String(repeating: request("/openapi.yaml"), count: 30))
    connection.endOutput()
    for _ in 0..<30 { #expect(try connection.readResponse().bodyBytes == length) }
    #expect(try connection.readToEnd() == [])
  }

  @Test func aRequestMayComeByteByByte() throws {
    let connection = try server.connect()
    let body = "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n"
    let text =
      "\r\nPOST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\n"
      + "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    for byte in text.utf8 { try connection.send([byte]) }
    #expect(try connection.readResponse().json["partitions"][0]["count"].int == 1)
    #expect(try client.get("/v1/topics/t/partitions/0/records/0/value").text == "hello")
  }

  @Test func expectContinueIsAnsweredBeforeTheBody() throws {
    var request = HTTPRequest(
      "POST", "/v1/topics/t/records", ["Content-Type": "text/plain"], body: .text("hello"))
    request.expectsContinue = true
    let answer = try client.send(request)
    #expect(answer.interim == [100])
    #expect(answer.status == 200)
    let refused = try server.connect()
    try refused.send(
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
        + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    let answered = try refused.readResponse()
    #expect(answered.status == 415)
    #expect(answered.interim == [])
  }

  @Test func headIsGetWithoutABody() throws {
    #expect(try client.post("/v1/topics/t/records", "x", type: "text/plain").status == 200)
    let paths = [
      "/healthz", "/openapi.yaml", "/v1/topics", "/v1/topics/t", "/v1/topics/t/partitions/0",
      "/v1/topics/t/partitions/0/records/0/value", "/v1/topics/t/partitions/0/segments/0",
      "/nothing",
    ]
    for path in paths {
      let whole = try client.get(path)
      let head = try client.send(HTTPRequest("HEAD", path))
      #expect(head.status == whole.status, "\(path)")
      #expect(head["Content-Length"] == whole["Content-Length"], "\(path)")
      #expect(head["Content-Type"] == whole["Content-Type"], "\(path)")
      #expect(head.bodyBytes == 0)
    }
    let connection = try server.connect()
    try connection.send(
      "HEAD /v1/topics/t/partitions/0/records HTTP/1.1\r\nHost: localhost\r\n\r\n"
        + request("/healthz"))
    #expect(try connection.readResponse(toHead: true).status == 200)
    #expect(try connection.readResponse().text.contains("up"))
  }

  @Test func otherMethodsAreToldWhatIsAllowed() throws {
    let table = [
      ("POST", "/healthz", ["GET", "HEAD"]), ("DELETE", "/v1/topics", ["GET", "HEAD"]),
      ("POST", "/v1/topics/t", ["GET", "HEAD", "PUT", "PATCH", "DELETE"]),
      ("PUT", "/v1/topics/t/partitions/0/records", ["GET", "HEAD"]),
      ("BREW", "/v1/topics/t/partitions/0/truncate", ["POST"]),
    ]
    for (method, path, allowed) in table {
      let answer = try client.send(HTTPRequest(method, path))
      #expect(answer.status == 405, "\(method) \(path)")
      #expect(answer.code == "method_not_allowed")
      let allow = Set(
        (answer["Allow"] ?? "").split(separator: ",").map {
          $0.trimmingCharacters(in: .whitespaces)
        })
      #expect(allow.subtracting(["OPTIONS"]) == Set(allowed), "\(method) \(path)")
      let options = try client.send(HTTPRequest("OPTIONS", path))
      #expect(options.status == 204)
      #expect(options["Allow"] == answer["Allow"])
    }
  }

  @Test func requestIdsAreRepeatedOnEveryAnswer() throws {
    #expect(try client.post("/v1/topics/t/records", "x", type: "text/plain").status == 200)
    let targets = [
      "/", "/healthz", "/readyz", "/metrics", "/openapi.yaml", "/v1/status", "/v1/topics",
      "/v1/topics/t", "/v1/topics/none", "/nothing", "/v1/topics/t/partitions/0",
      "/v1/topics/t/partitions/0/records", "/v1/topics/t/partitions/0/records/0",
      "/v1/topics/t/partitions/0/records/0/value", "/v1/topics/t/partitions/0/segments/0",
    ]
    for target in targets {
      let answer = try client.get(target, ["X-Request-Id": "id 7; \(target)"])
      #expect(answer["X-Request-Id"] == "id 7; \(target)")
      #expect(answer["Date"]?.hasSuffix(" GMT") == true)
    }
    #expect(try client.get("/healthz")["X-Request-Id"] == nil)
    let raw = try client.get(
      "/v1/topics/t/partitions/0/records", ["Accept": ConsumeTests.raw, "X-Request-Id": "raw"])
    #expect(raw["X-Request-Id"] == "raw")
    let past = try client.get(
      "/v1/topics/t/partitions/0/segments/0", ["Range": "bytes=9999-", "X-Request-Id": "416"])
    #expect(past["X-Request-Id"] == "416")
    let long = String(repeating: "i", count: 4000)
    #expect(try client.get("/healthz", ["X-Request-Id": long])["X-Request-Id"] == long)
  }

  @Test(arguments: [
    (
      417, "POST / HTTP/1.1\nHost: localhost\nX-Request-ID:  r 1 \nContent-Length: 1\nExpect: a\n\n"
    ),
    (501, "CONNECT a:1 HTTP/1.1\nHost: localhost\nx-request-id: r 1\n\n"),
    (400, "nonsense\nX-Request-Id: r 1\n\n"),
    (400, "GET / HTTP/1.1\nX-Request-Id: r 1\n\n"),
    (400, "GET / HTTP/1.1\nHost: a b\nX-Request-Id: r 1\nX-Request-Id: r 2\n\n"),
    (414, "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\nX-Request-Id: r 1\n\n"),
    (
      400,
      "POST /v1/topics/t/records HTTP/1.1\nHost: localhost\nX-Request-Id: r 1\n"
        + "Transfer-Encoding: chunked\n\nx\n"
    ),
  ])
  func whatIsRefusedRepeatsTheIdAsFarAsItCame(_ status: Int, _ text: String) throws {
    let connection = try server.connect()
    try connection.send(text.replacing("\n", with: "\r\n"))
    let answer = try connection.readResponse()
    #expect(answer.status == status)
    #expect(answer["X-Request-Id"] == "r 1")
  }

  @Test func anIdThatIsNoneIsNotRepeated() throws {
    for line in ["X-Request-Id: a\u{1}b", "X-Request-Id", " X-Request-Id: a", "X-Request: a"] {
      let connection = try server.connect()
      try connection.send("nonsense\r\n\(line)\r\n\r\nX-Request-Id: behind\r\n\r\n")
      let answer = try connection.readResponse()
      #expect(answer.status == 400)
      #expect(answer["X-Request-Id"] == nil, "\(line)")
    }
  }

  @Test func theServerAsAWholeSaysWhatItCanDo() throws {
    let connection = try server.connect()
    try connection.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let answer = try connection.readResponse()
    #expect(answer.status == 204)
    #expect(answer["Allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
  }

  @Test func aCodedBodyIsRefusedAndNothingStored() throws {
    let path = "/v1/topics/t/records"
    for coding in ["gzip", "identity, br", "x"] {
      let answer = try client.post(path, "x", type: "text/plain", ["Content-Encoding": coding])
      #expect(answer.status == 415)
      #expect(answer.code == "unsupported_content_encoding")
      #expect(answer.json["supported"].array.map { $0.string } == ["identity"])
    }
    #expect(try client.get("/v1/topics").json["topics"].array.isEmpty)
    let plain = ["Content-Encoding": "Identity"]
    #expect(try client.post(path, "x", type: "text/plain", plain).status == 200)
  }

  @Test func conditionsOnWhatHasNoTagAreKept() throws {
    let path = "/v1/topics/t"
    #expect(try client.put(path, "", ["If-Match": "*"]).status == 412)
    #expect(try client.put(path, "", ["If-None-Match": "*"]).status == 201)
    #expect(try client.put(path, "", ["If-None-Match": "*"]).status == 412)
    #expect(try client.put(path, "", ["If-Match": "*"]).status == 200)
    #expect(try client.put(path, "", ["If-Match": "\"a\""]).code == "precondition_failed")
    #expect(try client.put("/v1/groups/g", "", ["If-Match": "*"]).status == 412)
    #expect(try client.put("/v1/groups/g", "", ["If-None-Match": "*"]).status == 201)
    #expect(try client.put("/v1/groups/g", "", ["If-None-Match": "*"]).status == 412)
    let post = try client.post(
      "/v1/topics/t/records", "x", type: "text/plain", ["If-Match": "\"a\""])
    #expect(post.status == 412)
    #expect(try client.get(path).json["records"].int == 0)
  }

  @Test func http10IsAnsweredAndClosed() throws {
    let connection = try server.connect()
    try connection.send("GET /healthz HTTP/1.0\r\n\r\n")
    let bytes = try connection.readToEnd()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(text.hasSuffix("{\"status\":\"up\"}\n"))
    let kept = try server.connect()
    try kept.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(try kept.readResponse().status == 200)
    try kept.send("GET /healthz HTTP/1.0\r\n\r\n")
    #expect(try kept.readResponse().status == 200)
  }

  @Test func closingIsSaidAndDone() throws {
    let connection = try server.connect()
    try connection.send(request("/healthz", "Connection: close\r\n"))
    let answer = try connection.readResponse()
    #expect(answer["Connection"]?.lowercased() == "close")
    #expect(try connection.readToEnd() == [])
  }

  @Test func aClientThatHasSentAllMayCloseItsSide() throws {
    let connection = try server.connect()
    try connection.send(request("/healthz") + request("/v1/topics"))
    connection.endOutput()
    #expect(try connection.readResponse().status == 200)
    #expect(try connection.readResponse().status == 200)
    #expect(try connection.readToEnd() == [])
  }

  @Test func slowHeadsAndSilentBodiesGet408() throws {
    let head = try server.connect()
    try head.send("GET /healthz HTTP/1.1\r\nHost: loc")
    let body = try server.connect()
    try body.send(
      "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        + "Content-Length: 100\r\n\r\nonly this")
    for connection in [head, body] {
      let answer = try connection.readResponse()
      #expect(answer.status == 408)
      #expect(answer.code == "request_timeout")
      #expect(try connection.readToEnd() == [])
    }
  }

  @Test func aClientThatTakesLittleGetsEverythingInTheEnd() throws {
    let line = String(repeating: "x", count: 9999) + "\n"
    let body = String(repeating: line, count: 300)
    #expect(try client.post("/v1/topics/t/records", body, type: "text/plain").status == 200)
    let whole = try client.get("/v1/topics/t/partitions/0/segments/0")
    for copy in ["read", "mmap", "sendfile"] {
      let connection = try RawConnection(port: server.port, receiveBufferBytes: 4096)
      try connection.send(request("/v1/topics/t/partitions/0/segments/0?copy=\(copy)"))
      usleep(20_000)
      let answer = try connection.readResponse()
      #expect(answer.bodyBytes == whole.bodyBytes)
      #expect(answer.body == whole.body, "\(copy)")
    }
  }

  @Test func clientsThatVanishLeaveNothingBehind() throws {
    #expect(try client.put("/v1/topics/t").status == 201)
    for _ in 0..<20 {
      let poll = try server.connect()
      try poll.send(request("/v1/topics/t/partitions/0/records?wait=1s"))
      let half = try server.connect()
      try half.send("POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Le")
      let upload = try server.connect()
      try upload.send(
        "POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
          + "Content-Length: 100\r\n\r\nhalf of it")
    }
    let deadline = ContinuousClock.now + .seconds(5)
    var open = ""
    repeat {
      let lines = try client.get("/metrics").text.split(separator: "\n")
      open = lines.first { $0.hasPrefix("sluice_http_connections ") }.map(String.init) ?? ""
    } while open != "sluice_http_connections 1" && .now < deadline
    #expect(open == "sluice_http_connections 1")
    #expect(try client.get("/v1/topics/t/partitions/0").json["high_watermark"].int == 0)
  }
}
