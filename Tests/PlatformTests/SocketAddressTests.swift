import Platform
import Testing

@Suite struct SocketAddressTests {
  static let good: [(text: String, shown: String, loopback: Bool)] = [
    ("127.0.0.1:8080", "127.0.0.1:8080", true), ("[::1]:8080", "[::1]:8080", true),
    ("localhost:1", "127.0.0.1:1", true), (":0", "127.0.0.1:0", true),
    ("0.0.0.0:65535", "0.0.0.0:65535", false), ("[::]:80", "[::]:80", false),
    ("[2001:db8::7]:443", "[2001:db8::7]:443", false),
  ]

  @Test(arguments: good)
  func anAddressIsReadAndShown(text: String, shown: String, loopback: Bool) throws {
    let address = try #require(SocketAddress(text))
    #expect(address.description == shown && address.isLoopback == loopback)
  }

  static let bad = [
    "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
    "127.0.0.1:8 0", "host.example:80", "1.2.3:80", "[::1]", "::1:80", "[127.0.0.1]:80",
    "[::1:80", "::1]:80", "[]:80", "127.0.0.1:80x", "[::g]:80",
  ]

  @Test(arguments: bad)
  func anythingElseIsNone(text: String) {
    #expect(SocketAddress(text) == nil)
  }
}
