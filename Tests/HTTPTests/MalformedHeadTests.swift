import HTTP
import Testing

/// Every way we know to write a head wrong, and what it is answered with.
struct MalformedHeadTests {
  private static let get = "GET / HTTP/1.1\r\nHost: h\r\n"
  private static let post = "POST / HTTP/1.1\r\nHost: h\r\n"

  @Test(arguments: [
    ("", "incomplete"),
    ("GET / HTTP/1.1", "incomplete"),
    ("\r\n\r\n\r\n\r\n", "incomplete"),
    ("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "ok"),
    ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    (" GET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("\u{16}\u{03}\u{01}", "400 malformed_request"),
    ("\rGET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET /\r\n\r\n", "400 malformed_request"),
    ("GET\r\n\r\n", "400 malformed_request"),
    ("GET \r\n\r\n", "400 malformed_request"),
    ("GET / \r\n\r\n", "400 malformed_request"),
    ("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    (String(repeating: "M", count: 33) + " / HTTP/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    (String(repeating: "M", count: 32) + " / HTTP/1.1\r\nHost: h\r\n\r\n", "ok"),
    ("GET / http/1.1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1.10\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/11\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1.x\r\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1.9\r\nHost: h\r\n\r\n", "ok"),
    ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505 version_unsupported"),
    ("GET / HTTP/0.9\r\nHost: h\r\n\r\n", "505 version_unsupported"),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 version_unsupported"),
    ("GET / HTTP/1.1\nHost: h\r\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1.1\r\nHost: h\n\r\n", "400 malformed_request"),
    ("GET / HTTP/1.1\r\nHost: h\r\n\n", "400 malformed_request"),
    ("GET / HTTP/1.1\rHost: h\r\n\r\n", "400 malformed_request"),
  ])
  func `request lines`(_ text: String, _ verdict: String) {
    #expect([Parsing.verdict(text), Parsing.verdictByteByByte(text)] == [verdict, verdict])
  }

  @Test(arguments: [
    ("CONNECT h:80", "501 method_unsupported"),
    ("GET *", "400 malformed_request"),
    ("OPTIONS *", "ok"),
    ("OPTIONS **", "400 malformed_request"),
    ("GET index.html", "400 malformed_request"),
    ("GET h:80", "400 malformed_request"),
    ("GET ftp://h/", "400 malformed_request"),
    ("GET http:/", "400 malformed_request"),
    ("GET http://", "400 malformed_request"),
    ("GET http:///x", "400 malformed_request"),
    ("GET http://user@h/", "400 malformed_request"),
    ("GET http://h:99999/", "400 malformed_request"),
    ("GET http://h:80x/", "400 malformed_request"),
    ("GET http://[::1/", "400 malformed_request"),
    ("GET http://h", "ok"),
    ("GET HTTPS://H:8443/x?y", "400 malformed_request"), ("GET HTTP://H:8443/x?y", "ok"),
    ("GET /#x", "400 malformed_request"),
    ("GET /\u{7F}", "400 malformed_request"),
    ("GET /é", "400 malformed_request"),
    ("GET /\u{01}", "400 malformed_request"),
    ("GET /\0", "400 malformed_request"),
    ("GET /a\rb", "400 malformed_request"),
    ("GET ?x", "400 malformed_request"),
  ])
  func `targets`(_ start: String, _ verdict: String) {
    let text = start + " HTTP/1.1\r\nHost: h\r\n\r\n"
    #expect([Parsing.verdict(text), Parsing.verdictByteByByte(text)] == [verdict, verdict])
  }

  @Test(arguments: [
    ("Host: h\r\n folded\r\n", "400 malformed_request"),
    (" folded: x\r\nHost: h\r\n", "400 malformed_request"),
    ("Host: h\r\n\tfolded\r\n", "400 malformed_request"),
    ("Host : h\r\n", "400 malformed_request"),
    ("Host: h\r\nX\t: y\r\n", "400 malformed_request"),
    ("Host: h\r\n: y\r\n", "400 malformed_request"),
    ("Host: h\r\nX\r\n", "400 malformed_request"),
    ("Host: h\r\nX Y: z\r\n", "400 malformed_request"),
    ("Host: h\r\nX(: z\r\n", "400 malformed_request"),
    ("Host: h\r\nÄ: z\r\n", "400 malformed_request"),
    ("Host: h\r\nX\0: z\r\n", "400 malformed_request"),
    ("Host: h\r\n\rX: z\r\n", "400 malformed_request"),
    ("Host: h\r\nX: a\0b\r\n", "400 malformed_request"),
    ("Host: h\r\nX: a\rb\r\n", "400 malformed_request"),
    ("Host: h\r\nX: a\r\r\n", "400 malformed_request"),
    ("Host: h\r\nX: abcdefgh\u{01}ijklmnop\r\n", "400 malformed_request"),
    ("Host: h\r\nX: abcdefgh\tijklm\u{7F}nop\r\n", "400 malformed_request"),
    ("Host: h\r\nX: a\tb é ~\r\nY:\r\nZ: \t \r\n", "ok"),
    ("", "400 malformed_request"),
    ("Hosts: h\r\n", "400 malformed_request"),
    ("Host: h\r\nHost: h\r\n", "400 malformed_request"),
    ("Host:\r\n", "ok"),
    ("Host: a b\r\n", "400 malformed_request"),
    ("Host: h/x\r\n", "400 malformed_request"),
    ("Host: u@h\r\n", "400 malformed_request"),
    ("Host: h:x\r\n", "400 malformed_request"),
    ("Host: :80\r\n", "400 malformed_request"),
    ("Host: h%zz\r\n", "400 malformed_request"),
    ("Host: [::1]:65536\r\n", "400 malformed_request"),
    ("Host: [::1]x\r\n", "400 malformed_request"),
    ("Host: h\r\nAuthorization: a\r\nauthorization: b\r\n", "400 malformed_request"),
    ("Host: h\r\nRange: bytes=0-1\r\nRange: bytes=0-1\r\n", "400 malformed_request"),
    ("Host: h\r\nExpect: 200-ok\r\n", "417 expectation_failed"),
    ("Host: h\r\nExpect: 100-continue, x\r\n", "417 expectation_failed"),
    ("Host: h\r\nExpect: 100-Continue\r\n", "ok"),
  ])
  func `fields`(_ fields: String, _ verdict: String) {
    let text = "GET / HTTP/1.1\r\n" + fields + "\r\n"
    #expect([Parsing.verdict(text), Parsing.verdictByteByByte(text)] == [verdict, verdict])
  }

  @Test(arguments: [
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "400 malformed_request"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "400 malformed_request"),
    ("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "400 malformed_request"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "501 %"),
    ("Transfer-Encoding: xchunked\r\n", "501 %"),
    ("Transfer-Encoding: gzip, chunked\r\n", "501 %"),
    ("Transfer-Encoding: chunked, identity\r\n", "501 %"),
    ("Transfer-Encoding: chunked;q=1\r\n", "501 %"),
    ("Transfer-Encoding: \"chunked\"\r\n", "501 %"),
    ("Transfer-Encoding: \u{0B}chunked\r\n", "400 malformed_request"),
    ("Transfer-Encoding : chunked\r\n", "400 malformed_request"),
    ("Transfer-Encoding:\r\n", "501 %"),
    ("Transfer-Encoding: identity\r\n", "501 %"),
    ("Transfer-Encoding: \tChunked \r\n", "ok"),
    ("Content-Length: +5\r\n", "400 malformed_request"),
    ("Content-Length: -5\r\n", "400 malformed_request"),
    ("Content-Length: 0x5\r\n", "400 malformed_request"),
    ("Content-Length: 5, 5\r\n", "400 malformed_request"),
    ("Content-Length: 5 5\r\n", "400 malformed_request"),
    ("Content-Length: 5.0\r\n", "400 malformed_request"),
    ("Content-Length:\r\n", "400 malformed_request"),
    ("Content-Length: ٥\r\n", "400 malformed_request"),
    ("Content-Length: 9223372036854775808\r\n", "400 malformed_request"),
    ("Content-Length: 9223372036854775807\r\n", "ok"),
    ("Content-Length: 5\r\nContent-Length: 6\r\n", "400 malformed_request"),
    ("Content-Length: 5\r\ncontent-length: 5\r\n", "ok"),
    ("Content-Length: 5\r\n\tContent-Length: 6\r\n", "400 malformed_request"),
  ])
  func `smuggled bodies`(_ fields: String, _ expected: String) {
    let verdict = expected == "501 %" ? "501 transfer_coding_unsupported" : expected
    let text = Self.post + fields + "\r\n"
    #expect([Parsing.verdict(text), Parsing.verdictByteByByte(text)] == [verdict, verdict])
  }

  @Test func `HTTP/1.0 has no chunks, no Host and no expectations`() {
    let start = "POST / HTTP/1.0\r\n"
    let verdicts = [
      "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "", "Expect: x\r\n",
      "Host: h\r\nHost: i\r\n",
    ].map { Parsing.verdict(start + $0 + "\r\n") }
    let refused = "400 malformed_request"
    #expect(verdicts == [refused, refused, "ok", "ok", refused])
  }

  @Test func `limits hold to the byte, whole or in pieces`() {
    let limits = HeadLimits(headBytesMax: 120, fieldsMax: 3, targetBytesMax: 20)
    let long = { String(repeating: "x", count: $0) }
    let cases = [
      ("GET /\(long(19)) HTTP/1.1\r\nHost: h\r\n\r\n", "ok"),
      ("GET /\(long(20)) HTTP/1.1\r\nHost: h\r\n\r\n", "414 uri_too_long"),
      ("GET /\(long(200)) HTTP/1.1\r\nHost: h\r\n\r\n", "414 uri_too_long"),
      ("GET /\(long(200))", "414 uri_too_long"),
      (Self.get + "A: \(long(88))\r\n\r\n", "ok"),
      (Self.get + "A: \(long(89))\r\n\r\n", "431 head_too_large"),
      (Self.get + "A: \(long(500))", "431 head_too_large"),
      (Self.get + "A: 1\r\nB: 2\r\n\r\n", "ok"),
      (Self.get + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", "431 too_many_fields"),
    ]
    for (text, verdict) in cases {
      let verdicts = [
        Parsing.verdict(text, limits: limits), Parsing.verdictByteByByte(text, limits: limits),
      ]
      #expect(verdicts == [verdict, verdict], "\(text)")
    }
  }

  @Test func `every failure has a status, a code word and a sentence`() {
    let sound = ParseFailure.allCases.allSatisfy { failure in
      (400...505).contains(failure.status.code) && failure.detail.hasSuffix(".")
        && failure.code.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (97...122).contains($0) }
    }
    #expect(sound)
  }
}
