import HTTP
import Platform
import Testing

struct ChunkedCodingTests {
  /// The decoded text, or the code of the failure, or what is missing; `|` and the rest behind it.
  private func decode(_ text: String) -> String {
    Parsing.bytes(text) { bytes in
      var decoder = ChunkedDecoder()
      var data = ""
      var position = 0
      do throws(ParseFailure) {
        while true {
          let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
          switch try decoder.next(rest) {
          case .needMore: return data + "|incomplete"
          case .data(let range, let consumed):
            data += String(decoding: rest[range], as: UTF8.self)
            position += consumed
          case .end(let consumed):
            position += consumed
            return data + "|" + String(decoding: bytes[position...], as: UTF8.self)
          }
        }
      } catch {
        return "\(error.status.code) \(error.code)"
      }
    }
  }

  private static let malformed = "400 malformed_chunk"

  @Test(arguments: [
    ("5\r\nhello\r\n0\r\n\r\nGET", "hello|GET"),
    ("0\r\n\r\n", "|"),
    ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello|"),
    ("A;x=\"y;z\"\r\n0123456789\r\n1 \t;q\r\n!\r\n0;last\r\nT: x\r\nU:\r\n\r\n", "0123456789!|"),
    ("5\r\nhel", "hel|incomplete"),
    ("5\r\nhello\r\n0\r\n", "hello|incomplete"),
    ("00000000000000005\r\nhello\r\n0\r\n\r\n", malformed),
    ("8000000000000000\r\n", malformed),
    ("FFFFFFFFFFFFFFFFF\r\n", malformed),
    ("\r\n", malformed), (";x\r\n", malformed), ("-1\r\n", malformed), ("+1\r\n", malformed),
    ("0x1\r\n", malformed), ("g\r\n", malformed), (" 5\r\nhello\r\n", malformed),
    ("5 \r\nhello\r\n", malformed), ("5\nhello\r\n", malformed), ("5\rhello\r\n", malformed),
    ("5\r\nhello0\r\n", malformed), ("5\r\nhello\n0\r\n", malformed),
    ("5\r\nhello\rX", malformed), ("5;a\nb\r\n", malformed), ("5;a\u{01}\r\n", malformed),
    ("0\r\n\n", malformed), ("0\r\n folded: x\r\n\r\n", malformed),
    ("0\r\nBad name: x\r\n\r\n", malformed), ("0\r\nT: x\n\r\n", malformed),
    ("0\r\nT: x\r\n y\r\n\r\n", malformed), ("0\r\nT\r\n\r\n", malformed),
  ])
  func `chunks are taken apart strictly`(_ text: String, _ expected: String) {
    #expect(decode(text) == expected)
  }

  @Test func `extensions and trailers are bounded`() {
    let long = { String(repeating: "x", count: $0) }
    let many = String(repeating: "1;\(long(200))\r\n!\r\n", count: 100)
    #expect(decode("1;\(long(254))\r\n!\r\n0\r\n\r\n") == "!|")
    #expect(decode("1;\(long(257))\r\n!\r\n0\r\n\r\n") == Self.malformed)
    #expect(decode(many + "0\r\n\r\n") == Self.malformed)
    #expect(decode("0\r\nT: \(long(9000))\r\n\r\n") == "431 trailers_too_large")
  }

  @Test func `encoded bodies decode to what went in`() {
    var random = SeededGenerator(seed: 7)
    var same = true
    for _ in 0..<100 {
      let buffer = ByteBuffer()
      buffer.append("head")
      var expected = ""
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let text = String(repeating: "z", count: Int.random(in: 0...300, using: &random))
        expected += text
        if Bool.random(using: &random), !text.isEmpty {
          ChunkedEncoder.appendHead(of: text.utf8.count, to: buffer)
          buffer.append(text)
          ChunkedEncoder.appendEnd(to: buffer)
        } else {
          let chunk = ChunkedEncoder.begin(in: buffer)
          buffer.append(text)
          same = same && chunk.end(in: buffer) == text.utf8.count
        }
      }
      ChunkedEncoder.appendLast(to: buffer)
      buffer.consume(4)
      same = same && decode(String(decoding: buffer.bytes, as: UTF8.self)) == expected + "|"
    }
    #expect(same)
  }

  @Test func `chunk heads are plain hexadecimal`() {
    let buffer = ByteBuffer()
    for count in [1, 15, 16, 255, 4096, 1 << 32, Int.max] {
      ChunkedEncoder.appendHead(of: count, to: buffer)
    }
    let text = String(decoding: buffer.bytes, as: UTF8.self)
    #expect(text == "1\r\nf\r\n10\r\nff\r\n1000\r\n100000000\r\n7fffffffffffffff\r\n")
  }
}
