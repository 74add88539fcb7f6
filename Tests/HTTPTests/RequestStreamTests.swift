import HTTP
import Platform
import Testing

/// Pipelined requests with bodies, cut anywhere, and mutated anyhow.
struct RequestStreamTests {
  /// What a server would have seen: a line a request, with its body.
  private struct Reader {
    var parser = RequestParser()
    var body: Body?
    var seen: [String] = []
    var failure: ParseFailure?

    enum Body {
      case length(Int)
      case chunked(ChunkedDecoder)
    }

    /// Reads what it can of `bytes` and says how many it is done with.
    mutating func read(_ bytes: UnsafeRawBufferPointer) -> Int {
      var position = 0
      do throws(ParseFailure) {
        while failure == nil {
          let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
          let used = try step(rest)
          precondition(used >= -1 && used <= rest.count, "consumed more than was given")
          if used < 0 { break }
          position += used
        }
      } catch {
        failure = error
      }
      return position
    }

    /// -1 when more bytes are needed.
    private mutating func step(_ rest: UnsafeRawBufferPointer) throws(ParseFailure) -> Int {
      switch body {
      case nil:
        guard case .head(let head, let consumed) = try parser.next(rest) else { return -1 }
        seen.append("\(head.methodName) \(head.target) ")
        switch head.framing {
        case .none: break
        case .length(let count): body = count > 0 ? .length(count) : nil
        case .chunked: body = .chunked(ChunkedDecoder())
        }
        return consumed
      case .length(let count):
        if rest.isEmpty { return -1 }
        let part = min(count, rest.count)
        seen[seen.count - 1] += String(decoding: rest[..<part], as: UTF8.self)
        body = part == count ? nil : .length(count - part)
        return part
      case .chunked(var decoder):
        let step = try decoder.next(rest)
        body = .chunked(decoder)
        switch step {
        case .needMore(let consumed):
          return consumed == 0 ? -1 : consumed
        case .data(let range, let consumed):
          precondition(range.upperBound <= consumed, "data beyond what was consumed")
          seen[seen.count - 1] += String(decoding: rest[range], as: UTF8.self)
          return consumed
        case .end(let consumed):
          body = nil
          return consumed
        }
      }
    }
  }

  /// Hands `bytes` over in pieces that end at the cuts, keeping what was not consumed.
  private func feed(_ bytes: [UInt8], cuts: [Int]) -> Reader {
    var reader = Reader()
    var kept: [UInt8] = []
    var start = 0
    for end in cuts + [bytes.count] {
      kept += bytes[start..<end]
      start = end
      let consumed = kept.withUnsafeBytes { reader.read($0) }
      kept.removeFirst(consumed)
      if reader.failure != nil { break }
    }
    return reader
  }

  private func stream(_ random: inout SeededGenerator) -> [UInt8] {
    var text = ""
    for number in 0..<Int.random(in: 1...5, using: &random) {
      let length = Int.random(in: 0...40, using: &random)
      let body = String((0..<length).map { _ in "ab\r\n0;:".randomElement(using: &random) ?? "x" })
      let bytes = Array(body.utf8)
      if Bool.random(using: &random) { text += "\r\n" }
      switch Int.random(in: 0..<3, using: &random) {
      case 0: text += "GET /\(number)?q HTTP/1.1\r\nHost: h\r\nX-Pad: abcdefghijkl\r\n\r\n"
      case 1:
        text += "PUT /\(number) HTTP/1.1\r\nContent-Length: \(bytes.count)\r\nHost: h\r\n\r\n"
        text += body
      default:
        text += "POST /\(number) HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        text += chunked(bytes, &random)
      }
    }
    return Array(text.utf8)
  }

  private func chunked(_ body: [UInt8], _ random: inout SeededGenerator) -> String {
    var text = ""
    var rest = body[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int.random(in: 1...20, using: &random))
      rest = rest.dropFirst(chunk.count)
      let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
      let ending = [";a=\"b\"", " ;x", ""].randomElement(using: &random) ?? ""
      text += zeros + String(chunk.count, radix: 16, uppercase: true) + ending + "\r\n"
      text += String(decoding: chunk, as: UTF8.self) + "\r\n"
    }
    return text + (Bool.random(using: &random) ? "0\r\n\r\n" : "000\r\nTrailer: x\r\nB:\r\n\r\n")
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `any cut gives the same requests and bodies`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = stream(&random)
    let whole = feed(bytes, cuts: [])
    var same = whole.failure == nil && feed(bytes, cuts: Array(0..<bytes.count)).seen == whole.seen
    for cut in 0..<bytes.count { same = same && feed(bytes, cuts: [cut]).seen == whole.seen }
    for _ in 0..<20 {
      let cuts = (0..<6).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
      same = same && feed(bytes, cuts: cuts).seen == whole.seen
    }
    #expect(same)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `mutated streams fail cleanly, and alike however they are cut`(_ seed: UInt64) {
    var random = SeededGenerator(seed: 1000 + seed)
    let telling = Array("\r\n :;,\0\u{7F}?#%*/0129aAfFHTP\t\"".utf8) + [0x80, 0xFF]
    var same = true
    for _ in 0..<250 {
      var bytes = stream(&random)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = telling.randomElement(using: &random) ?? 0
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(telling.randomElement(using: &random) ?? 0, at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 9))
        }
      }
      let whole = feed(bytes, cuts: [])
      let cuts = (0..<5).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
      let cut = feed(bytes, cuts: cuts)
      same = same && whole.failure == cut.failure && whole.seen == cut.seen
    }
    #expect(same)
  }
}
