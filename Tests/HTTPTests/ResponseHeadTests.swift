import HTTP
import Platform
import Testing

struct ResponseHeadTests {
  private func write(
    _ head: ResponseHead, _ framing: ResponseFraming, keepAlive: Bool = true,
    _ version: Version = .http11
  ) -> String {
    let buffer = ByteBuffer()
    head.write(
      into: buffer, date: HTTPDate(secondsSince1970: 0), framing: framing, keepAlive: keepAlive,
      version: version)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  private static let date = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

  @Test func `a head is written whole`() {
    var head = ResponseHead(.ok)
    head.add("Content-Type", "text/plain")
    head.add("X-Count", -12)
    head.add("X-Least", Int.min)
    head.addContentRange(5..<10, of: 200)
    head.addContentType("application/json; x=y")
    let expected =
      "HTTP/1.1 200 OK\r\n" + Self.date + "Content-Type: text/plain\r\nX-Count: -12\r\n"
      + "X-Least: -9223372036854775808\r\nContent-Range: bytes 5-9/200\r\n"
      + "Content-Type: application/json; x=y\r\nContent-Length: 7\r\n\r\n"
    #expect(write(head, .length(7)) == expected)
  }

  @Test func `framing and persistence are said as the client needs them`() {
    var head = ResponseHead(.rangeNotSatisfiable)
    head.addUnsatisfiedRange(of: 9)
    let start = "HTTP/1.1 416 Range Not Satisfiable\r\n" + Self.date
    let range = "Content-Range: bytes */9\r\n"
    let written = [
      write(head, .chunked), write(head, .none), write(head, .untilClose),
      write(head, .length(0), keepAlive: false), write(head, .length(.max), .http10),
      write(head, .none, keepAlive: false, .http10),
    ].map { $0.dropFirst(start.count + range.count) }
    #expect(
      written == [
        "Transfer-Encoding: chunked\r\n\r\n", "\r\n", "Connection: close\r\n\r\n",
        "Content-Length: 0\r\nConnection: close\r\n\r\n",
        "Content-Length: 9223372036854775807\r\nConnection: keep-alive\r\n\r\n",
        "Connection: close\r\n\r\n",
      ])
  }

  @Test func `no value can split a response`() {
    var random = SeededGenerator(seed: 3)
    var lines = Set<Int>()
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : 13
      }
      var head = ResponseHead(.ok)
      bytes.withUnsafeBytes { head.add("X-Request-Id", $0) }
      let buffer = ByteBuffer()
      head.write(
        into: buffer, date: HTTPDate(secondsSince1970: 0), framing: .length(0), keepAlive: true,
        version: .http11)
      let ends = buffer.bytes.filter { $0 == 13 || $0 == 10 }.count
      let controls = buffer.bytes.contains { $0 < 32 && ![9, 10, 13].contains($0) || $0 == 127 }
      lines.insert(controls ? -1 : ends)
    }
    #expect(lines == [10])
  }

  @Test func `every status has a line that says its code and reason`() {
    let sound = Status.allCases.allSatisfy { status in
      "\(status.line)" == "HTTP/1.1 \(status.code) \(status.reason)\r\n" && status.reason != ""
    }
    let bodiless = Status.allCases.filter(\.forbidsBody).map(\.code)
    #expect(sound && Status.notFound.reason == "Not Found" && bodiless == [100, 204, 304])
  }

  @Test func `the longest own lines fit, and Continue is two lines`() {
    let head = ResponseHead(.headerFieldsTooLarge)
    let buffer = ByteBuffer()
    ResponseHead.writeContinue(into: buffer)
    #expect(write(head, .length(.max), .http10).hasSuffix("keep-alive\r\n\r\n"))
    #expect(buffer.array == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
  }
}
