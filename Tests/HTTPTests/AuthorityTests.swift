import HTTP
import Testing

struct AuthorityTests {
  @Test(
    arguments: [
      ("localhost", "localhost:80"), ("LocalHost:8080", "localhost:8080"), ("h:", "h:80"),
      ("127.0.0.1:1", "127.0.0.1:1"), ("[::1]", "[::1]:80"), ("[FE80::A]:443", "[fe80::a]:443"),
      ("[::ffff:1.2.3.4]:0", "[::ffff:1.2.3.4]:0"), ("a_b.%41~!:65535", "a_b.%41~!:65535"),
      ("", nil), (":80", nil), ("h:65536", nil), ("h:000080", nil), ("h:+8", nil), ("h:8x", nil),
      ("a b", nil), ("u@h", nil), ("h/", nil), ("h?x", nil), ("h#x", nil), ("h\\x", nil),
      ("h%4", nil), ("[::1", nil), ("[]", nil), ("[:]", nil), ("[::1]8", nil), ("[::g]", nil),
      ("[fe80::1%25eth0]", nil), ("[1:2:3:4:5:6:7:8:9]", nil), ("::1", nil), ("h:1:2", nil),
      ("é", nil),
    ] as [(String, String?)])
  func `authorities are parsed`(_ text: String, _ expected: String?) {
    #expect(Authority(text).map { "\($0.host):\($0.port)" } == expected)
  }

  @Test func `a Host is compared by meaning`() throws {
    let own = Authority(host: "LocalHost", port: 80)
    let answers = ["localhost", "LOCALHOST:80", "localhost:", "localhost:81", "localhos", "x", ""]
      .map { Parsing.bytes($0) { own.matches($0) } }
    #expect(answers == [true, true, true, false, false, false, false])
    #expect(own == Authority("localhost") && own != Authority("localhost:81"))
    let requests = try [
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost: evil\r\n\r\n",
      "GET http://evil/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:\r\n\r\n",
    ].map { try Parsing.head($0)?.isFor(own) }
    #expect(requests == [true, false, false, false, false])
  }

  @Test(
    arguments: [
      ("null", "null"), ("http://h", "http h:80"), ("HTTPS://H", "https h:443"),
      ("https://h:8443", "https h:8443"), ("http://[::1]:8080", "http [::1]:8080"),
      ("chrome-extension://abc", "chrome-extension abc:80"),
      ("", nil), ("Null", nil), ("h", nil), ("http:h", nil), ("http://", nil), ("://h", nil),
      ("http://h/", nil), ("http://a http://b", nil), ("1http://h", nil), ("http://u@h", nil),
    ] as [(String, String?)])
  func `origins are parsed`(_ text: String, _ expected: String?) {
    let found: String? =
      switch Origin(text) {
      case nil: nil
      case .opaque: "null"
      case .tuple(let scheme, let authority): "\(scheme) \(authority.host):\(authority.port)"
      }
    #expect(found == expected)
  }
}
