import JSON
import Platform
import Testing

@Suite struct JSONWriterTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    let buffer = ByteBuffer()
    var json = JSONWriter(into: buffer)
    body(&json)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  @Test func putsCommasBetweenMembersAndElements() {
    let text = written { json in
      json.beginObject()
      json.key("topic")
      json.string("t")
      json.key("records")
      json.beginArray()
      for offset in 0..<2 {
        json.beginObject()
        json.key("offset")
        json.number(offset)
        json.endObject()
      }
      json.beginArray()
      json.endArray()
      json.bool(true)
      json.bool(false)
      json.null()
      json.endArray()
      Documents.withBytes("\"k\n") { json.key(utf8: $0) }
      Documents.withBytes("{ }") { json.raw($0) }
      json.key("b")
      Documents.withBytes("foob") { json.base64($0) }
      json.endObject()
      json.endLine()
      json.number(1.5)
      json.endLine()
    }
    #expect(
      text == #"{"topic":"t","records":[{"offset":0},{"offset":1},[],true,false,null],"#
        + #""\"k\n":{ },"b":"Zm9vYg=="}"# + "\n1.5\n")
  }

  @Test func writesNumbersOfAllLengths() {
    var powers: [UInt64] = [0, 5, 42, .max]
    for power in 0..<20 {
      let next = (0..<power).reduce(UInt64(1)) { number, _ in number * 10 }
      powers += [next, next - 1, next + 1, next &* 7]
    }
    let wrong = powers.filter { number in
      let signed = -Int64(clamping: number)
      let text = written { json in
        json.beginArray()
        json.number(number)
        json.number(signed)
        json.number(Int(signed))
        json.endArray()
      }
      return text != "[\(number),\(signed),\(signed)]"
    }
    let edges = written { json in
      json.beginArray()
      json.number(Int64.min)
      json.number(0.1)
      json.number(Double.nan)
      json.number(-Double.infinity)
      json.number(1e300)
      json.endArray()
    }
    #expect(wrong == [] && edges == "[-9223372036854775808,0.1,null,null,1e+300]")
  }

  @Test func escapesJustWhatMustBe() {
    let all = (0..<128).map { UInt8($0) }
    let text = written { json in all.withUnsafeBytes { json.string(utf8: $0) } }
    let controls = (0..<32).map { byte -> String in
      let short = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"]
      let hex = String(byte, radix: 16)
      return short[byte] ?? "\\u00" + (byte < 16 ? "0" : "") + hex
    }
    let rest = (32..<128).map { byte -> String in
      let character = String(UnicodeScalar(UInt8(byte)))
      return character == "\"" || character == "\\" ? "\\" + character : character
    }
    #expect(text == "\"" + (controls + rest).joined() + "\"")
  }

  @Test func putsForeignTextOnOneLine() {
    let text = written { json in
      Documents.withBytes("{\n  \"a\": \"\\n\",\r\n  \"b\": []\n}") { json.rawOnOneLine($0) }
    }
    #expect(text == "{   \"a\": \"\\n\",    \"b\": [] }")
  }
}
