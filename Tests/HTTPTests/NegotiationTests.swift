import HTTP
import Testing

struct NegotiationTests {
  private static let json: MediaType = "application/json"
  private static let offered: [MediaType] = [
    json, "application/x-ndjson", "text/event-stream",
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  ]

  @Test(
    arguments: [
      ("", 0), ("*/*", 0), (" , ", 0), ("application/json", 0), ("APPLICATION/JSON", 0),
      ("application/json; charset=utf-8", 0), ("text/*", 2), ("text/event-stream", 2),
      ("text/event-stream, */*", 2), ("*/*, text/event-stream;q=0.5", 0),
      ("application/x-ndjson, application/json", 0), ("application/*", 0),
      ("application/json;q=0.5, application/x-ndjson;q=0.501", 1),
      ("application/json;q=0, */*", 1), ("application/json;q=0, application/*;q=0.1", 1),
      ("application/*;q=0, */*;q=0.1", 2), ("*/*;q=0", nil), ("image/png", nil), ("json", nil),
      ("application/json;q=1.5", nil), ("application/json;q=0.0001", nil),
      ("application/json;q=x", nil), ("application/json;q=1.000", 0), ("image/png, */*;q=0.1", 0),
      ("application/json;profile=x", nil), ("application/json;x=\"a,b\";q=1, text/*", 2),
      ("application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2", 3),
      ("application/openmetrics-text;version=0.0.1", nil),
      ("application/openmetrics-text;version=\"1.0.0\"", 3), ("applicatio/*", nil), ("*/json", nil),
    ] as [(String, Int?)])
  func `the best offered type is chosen`(_ accept: String, _ index: Int?) {
    let chosen = Parsing.bytes(accept) { AcceptHeader.choose($0, from: Self.offered) }
    #expect(chosen == index.map { Self.offered[$0] })
  }

  @Test func `a request without Accept takes the first, and several lines are one list`() throws {
    let start = "GET / HTTP/1.1\r\nHost: h\r\n"
    let chosen = try ["", "Accept: image/png\r\n", "Accept: image/png\r\nAccept: text/*\r\n"]
      .map { try Parsing.head(start + $0 + "\r\n")?.preferredMediaType(among: Self.offered) }
    #expect(chosen == [Self.json, nil, Self.offered[2]])
  }

  @Test(
    arguments: [
      ("application/json", "application/json"),
      (" Text/PLAIN ; Charset=UTF-8 ", "text/plain; charset=UTF-8"),
      ("a/b;x=\"1;2\\\"\";;y=2", "a/b; x=\"1;2\\\"\"; y=2"), ("a/b;", "a/b"),
      ("", nil), ("a", nil), ("a/", nil), ("/b", nil), ("a/b/c", nil), ("a b/c", nil),
      ("a/b;x", nil), ("a/b;x=", nil), ("a/b;=1", nil), ("a/b;x=\"1", nil), ("a/b;x=\"1\\\"", nil),
      ("a/b;x=1 2", nil), ("a/b;x=\"1\"2\"", nil), ("a/b x=1", nil),
    ] as [(String, String?)])
  func `media types are parsed`(_ text: String, _ expected: String?) {
    #expect(MediaType(text)?.description == expected)
  }

  @Test func `a content type matches whatever its case and parameters`() {
    let types: [MediaType] = ["text/plain", "application/json"]
    let places = [
      "application/json", "Application/JSON;charset=utf-8", "application/json ; x=y",
      "text/plain", "application/jsonx", "application/jso", "text/json", "",
    ].map { Parsing.bytes($0) { MediaType.firstIndex(of: $0, in: types) } }
    #expect(places == [1, 1, 1, 0, nil, nil, nil, nil])
    #expect(Self.offered[3].parameter("version") == "1.0.0")
  }
}
