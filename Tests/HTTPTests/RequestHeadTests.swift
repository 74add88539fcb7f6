import HTTP
import Testing

struct RequestHeadTests {
  private struct Shape: Equatable {
    var method: String
    var path: String
    var query = ""
    var authority: String? = "h:80"
    var framing = BodyFraming.none
    var keepAlive = true
    var expectsContinue = false
  }

  private func shape(_ head: RequestHead) -> Shape {
    Shape(
      method: head.method == .other ? head.methodName : head.method.name, path: head.path,
      query: head.query, authority: head.authority.map { "\($0.host):\($0.port)" },
      framing: head.framing, keepAlive: head.keepAlive, expectsContinue: head.expectsContinue)
  }

  @Test func `heads are taken apart`() throws {
    let cases: [(String, Shape)] = [
      ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", Shape(method: "GET", path: "/")),
      (
        "DELETE /v1/a%2Fb//?x=1&y?=2 HTTP/1.1\r\nHost: H:8080\r\n\r\n",
        Shape(method: "DELETE", path: "/v1/a%2Fb//", query: "x=1&y?=2", authority: "h:8080")
      ),
      (
        "GET http://Other:81?x HTTP/1.1\r\nHost: h\r\n\r\n",
        Shape(method: "GET", path: "/", query: "x", authority: "other:81")
      ),
      (
        "GET http://[::1]/a/b?c=/d HTTP/1.1\r\nHost: h\r\n\r\n",
        Shape(method: "GET", path: "/a/b", query: "c=/d", authority: "[::1]:80")
      ),
      (
        "GET http://h?c=/d HTTP/1.1\r\nHost: x\r\n\r\n",
        Shape(method: "GET", path: "/", query: "c=/d")
      ),
      ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", Shape(method: "OPTIONS", path: "*")),
      ("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n", Shape(method: "OPTIONS", path: "*")),
      ("get / HTTP/1.1\r\nHost: h\r\n\r\n", Shape(method: "get", path: "/")),
      (
        "PUT / HTTP/1.1\r\nhost:h\r\nCONTENT-LENGTH: 05\r\nExpect: 100-continue\r\n\r\n",
        Shape(method: "PUT", path: "/", framing: .length(5), expectsContinue: true)
      ),
      (
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
        Shape(method: "PUT", path: "/", framing: .length(0))
      ),
      (
        "POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding: CHUNKED\r\n"
          + "Connection: foo, Close\r\n\r\n",
        Shape(method: "POST", path: "/", framing: .chunked, keepAlive: false)
      ),
      (
        "HEAD / HTTP/1.0\r\n\r\n",
        Shape(method: "HEAD", path: "/", authority: nil, keepAlive: false)
      ),
      (
        "PATCH / HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: h\r\n\r\n",
        Shape(method: "PATCH", path: "/")
      ),
    ]
    for (text, expected) in cases {
      let head = try #require(try Parsing.head(text))
      #expect(shape(head) == expected, "\(text)")
    }
  }

  @Test func `every named field is recognised in any case`() throws {
    let names: [(FieldName, String)] = [
      (.host, "Host"), (.contentLength, "Content-Length"), (.contentType, "Content-Type"),
      (.connection, "Connection"), (.expect, "Expect"), (.accept, "Accept"),
      (.origin, "Origin"), (.range, "Range"), (.ifRange, "If-Range"), (.ifMatch, "If-Match"),
      (.ifNoneMatch, "If-None-Match"), (.ifModifiedSince, "If-Modified-Since"),
      (.authorization, "Authorization"), (.xRequestID, "X-Request-Id"),
      (.producerID, "Producer-Id"), (.producerEpoch, "Producer-Epoch"),
      (.producerSequence, "Producer-Seq"), (.lastEventID, "Last-Event-ID"),
      (.acceptEncoding, "Accept-Encoding"), (.userAgent, "User-Agent"),
    ]
    for spelling in [{ $0 }, { $0.lowercased() }, { $0.uppercased() }] as [(String) -> String] {
      let lines = names.map { field, name in
        "\(spelling(name)): \(field == .expect ? "100-continue" : "\(field.rawValue)")\r\n"
      }
      let head = try #require(
        try Parsing.head("GET / HTTP/1.1\r\n" + lines.joined() + "X-Other: o\r\n\r\n"))
      let right = names.allSatisfy { field, _ in
        head.has(field)
          && head.string(of: field) == (field == .expect ? "100-continue" : "\(field.rawValue)")
      }
      #expect(right && head.string(named: "x-other") == "o" && !head.has(.transferEncoding))
    }
  }

  @Test func `lists on several lines are joined or walked`() throws {
    let head = try #require(
      try Parsing.head(
        "GET / HTTP/1.1\r\nHost: h\r\nAccept: a/b \r\nX: 1\r\nAccept:\tc/d\r\nx: 2\r\n\r\n"))
    var accepts: [String] = []
    head.forEachValue(of: .accept) { accepts.append(String(decoding: $0, as: UTF8.self)) }
    var names: [String] = []
    head.forEachField { _, name, _ in names.append(String(decoding: name, as: UTF8.self)) }
    let absent = head.withValue(of: .origin) { $0.count }
    #expect(accepts == ["a/b", "c/d"])
    #expect(head.string(of: .accept) == "a/b, c/d" && head.string(named: "x") == "1")
    #expect(names == ["Host", "Accept", "X", "Accept", "x"] && absent == nil)
  }

  @Test func `numbers in fields are whole and not negative`() throws {
    let head = try #require(
      try Parsing.head(
        "GET / HTTP/1.1\r\nHost: h\r\nProducer-Epoch: 12\r\nProducer-Seq: -1\r\n\r\n"))
    #expect(head.integer(of: .producerEpoch) == 12)
    #expect(head.integer(of: .producerSequence) == nil && head.integer(of: .range) == nil)
  }

  @Test func `a head outlives the bytes it was read from`() throws {
    let head = try #require(try Parsing.head("GET /kept HTTP/1.1\r\nHost: h\r\n\r\n"))
    let copy = head
    #expect(copy.path == "/kept" && head.target == "/kept")
  }
}
