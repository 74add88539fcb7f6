import HTTP
import Testing

struct QueryTests {
  private func decode(_ query: String) -> String {
    Parsing.bytes(query) { bytes in
      do throws(ParseFailure) {
        let parameters = try QueryParameters(bytes)
        return parameters.all.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
      } catch {
        return "\(error.status.code) \(error.code)"
      }
    }
  }

  @Test(arguments: [
    ("", ""), ("&&", ""), ("a", "a="), ("a=", "a="), ("=b", "=b"), ("a=b=c", "a=b=c"),
    ("a=1&b=2&a=3", "a=1|b=2|a=3"), ("a+b=c+d%2B%20", "a b=c d+ "),
    ("k=%C3%A9%e2%82%ac", "k=é€"), ("%61=%26%3d", "a=&="), ("a=%00", "a=\0"),
    ("a=%", "400 malformed_query"), ("a=%2", "400 malformed_query"),
    ("a=%2&b=1", "400 malformed_query"), ("a=%zz", "400 malformed_query"),
    ("a=%+1", "400 malformed_query"), ("%=1", "400 malformed_query"),
    ("a=%FF", "400 malformed_query"), ("a=%C3", "400 malformed_query"),
    ("a=%C0%80", "400 malformed_query"), ("a=%ED%A0%80", "400 malformed_query"),
    (
      String(repeating: "a&", count: 100),
      [String](repeating: "a=", count: 100).joined(separator: "|")
    ),
    (String(repeating: "a&", count: 101), "400 malformed_query"),
  ])
  func `queries decode strictly`(_ query: String, _ expected: String) {
    #expect(decode(query) == expected)
  }

  @Test func `parameters are found by name, and unknown ones named`() throws {
    let head = try #require(
      try Parsing.head("GET /?tag=a&offset=12&tag=b&odd=1 HTTP/1.1\r\nHost: h\r\n\r\n"))
    let query = try head.queryParameters()
    #expect(
      [query.value("tag"), query.value("offset"), query.value("off"), query.value("offsets")]
        == ["a", "12", nil, nil])
    #expect(query.values("tag") == ["a", "b"] && query.values("x").isEmpty && query.count == 4)
    let unexpected = [
      query.firstUnexpected(known: ["offset", "odd"], repeatable: ["tag"]),
      query.firstUnexpected(known: ["offset"], repeatable: ["tag"]),
      query.firstUnexpected(known: ["offset", "odd", "tag"]),
    ]
    #expect(unexpected == [nil, "odd", "tag"])
  }

  @Test(
    arguments: [
      ("/", []), ("/a", ["a"]), ("/a/", ["a", ""]), ("//", ["", ""]), ("/a//b", ["a", "", "b"]),
      ("*", ["*"]), ("", []), ("/v1/topics/a%2Fb/records", ["v1", "topics", "a%2Fb", "records"]),
    ] as [(String, [String])])
  func `paths are cut at slashes and left encoded`(_ path: String, _ expected: [String]) {
    let segments = Parsing.bytes(path) { bytes in
      PathSegments(bytes).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(segments == expected)
  }

  @Test(
    arguments: [
      ("plain", "plain"), ("a%2Fb", "a/b"), ("a+b", "a+b"), ("%C3%A9", "é"), ("", ""),
      ("%", nil), ("%4", nil), ("%g0", nil), ("%FF", nil), ("x%80y", nil),
    ] as [(String, String?)])
  func `segments decode strictly`(_ segment: String, _ expected: String?) {
    #expect(Parsing.bytes(segment) { try? PercentCoding.decodeSegment($0) } == expected)
  }
}
