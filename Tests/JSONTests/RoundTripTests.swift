import JSON
import Platform
import Testing

/// What was written is read back as it was, whatever the text, its length and its place.
@Suite struct RoundTripTests {
  /// Text with a share of what needs escapes, from none to nearly all of it.
  private func text(_ random: inout SplitMix) -> [UInt8] {
    let share = UInt64.random(in: 0...4, using: &random)
    var bytes: [UInt8] = []
    let count = Int.random(in: 0...(Bool.random(using: &random) ? 40 : 700), using: &random)
    while bytes.count < count {
      if UInt64.random(in: 0..<8, using: &random) < share {
        bytes.append([0, 8, 9, 10, 12, 13, 31, 34, 92].randomElement(using: &random) ?? 0)
      } else if UInt64.random(in: 0..<4, using: &random) == 0 {
        let scalar = UnicodeScalar(UInt32.random(in: 0x20...0x10FFFF, using: &random))
        bytes += Array(String(scalar ?? "é").utf8)
      } else {
        bytes.append(UInt8.random(in: 0x20...0x7E, using: &random))
      }
    }
    return bytes
  }

  @Test func stringsComeBackAsTheyWere() throws {
    var random = SplitMix(state: 20_240_607)
    let parser = JSONParser()
    let buffer = ByteBuffer()
    var wrong: [[UInt8]] = []
    for _ in 0..<600 {
      let texts = (0..<4).map { _ in text(&random) }
      buffer.removeAll()
      var json = JSONWriter(into: buffer)
      json.beginObject()
      for text in texts {
        text.withUnsafeBytes {
          json.key(utf8: $0)
          json.string(utf8: $0)
        }
      }
      json.endObject()
      let value = try parser.parse(buffer.bytes)
      let keys = value.members.map { Array($0.key.bytes) }
      let values = value.members.map { Array($0.value.text) }
      if keys != texts || values != texts { wrong += texts }
    }
    #expect(wrong == [])
  }

  @Test func anyMutationOfADocumentIsReadOrRefused() {
    let sample = Array(
      #"{"records":[{"key":"k\u00e9\n","value":{"a":[1,-2.5e3,true,null]},"tag":"é"}],"n":[[]]}"#
        .utf8)
    let parser = JSONParser()
    let replacements = Array("\"\\{}[]:,0-eu \n\u{0}".utf8) + [0x80, 0xC3, 0xFF]
    var read = 0
    var refused = 0
    for index in sample.indices {
      let before = Array(sample[..<index])
      let after = Array(sample[(index + 1)...])
      var variants: [[UInt8]] = [before, before + after]
      for byte in replacements {
        variants.append(before + [byte] + after)
        variants.append(before + [byte, sample[index]] + after)
      }
      for variant in variants {
        let isRead = Documents.refusal(variant, parser) == nil
        _ = Documents.outcome(variant, parser)
        if isRead { read += 1 } else { refused += 1 }
      }
    }
    #expect(read > 500 && refused > 500)
  }

  @Test func base64ComesBackAsItWas() {
    var random = SplitMix(state: 7)
    let wrong = (0..<300).filter { count in
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let encoded = ByteBuffer()
      let decoded = ByteBuffer()
      bytes.withUnsafeBytes { Base64.encode($0, into: encoded) }
      return !Base64.decode(encoded.bytes, into: decoded) || decoded.array != bytes
    }
    #expect(wrong == [])
  }
}
