import JSON
import Testing

@Suite struct JSONValueTests {
  private func with<R>(_ text: String, _ body: (JSONValue) -> R) throws -> R {
    let parser = JSONParser()
    let result = Array(text.utf8).withUnsafeBytes { bytes in
      Result<R, JSONError> { () throws(JSONError) -> R in body(try parser.parse(bytes)) }
    }
    return try result.get()
  }

  @Test func keepsTheTextOfContainersJustAsItStood() throws {
    let texts = try with(#" { "a" : [ 1 , {"b":"\u0041"} ]  , "c" : { } , "d":[ ]} "#) { root in
      [root, root["a"], root["c"], root["d"]].compactMap { value in
        value.map { String(decoding: $0.text, as: UTF8.self) }
      }
    }
    #expect(
      texts == [
        #"{ "a" : [ 1 , {"b":"\u0041"} ]  , "c" : { } , "d":[ ]}"#,
        #"[ 1 , {"b":"\u0041"} ]"#, "{ }", "[ ]",
      ])
  }

  static let integers: [(String, Int64?)] = [
    ("0", 0), ("-0", 0), ("7", 7), ("9223372036854775807", .max), ("9223372036854775808", nil),
    ("-9223372036854775808", .min), ("-9223372036854775809", nil), ("1e3", nil), ("1.0", nil),
    ("\"1\"", nil), ("true", nil), ("null", nil), ("99999999999999999999999", nil), ("[1]", nil),
  ]

  @Test func givesOnlyExactIntegers() throws {
    let parsed = try Self.integers.map { try with($0.0) { $0.int64 } }
    #expect(parsed == Self.integers.map { $0.1 })
  }

  static let doubles: [(String, Double?)] = [
    ("0", 0), ("1e3", 1000), ("-2.5", -2.5), ("0.1", 0.1),
    ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ("1e309", nil), ("123456789012345678901234567890", 0x1.8ee90ff6c373ep96),
    ("\"1\"", nil),
  ]

  @Test func roundsNumbersToTheNearestDouble() throws {
    let parsed = try Self.doubles.map { try with($0.0) { $0.double } }
    #expect(parsed == Self.doubles.map { $0.1 })
  }

  @Test func findsMembersByKey() throws {
    let found = try with(#"{"skipped":{"a":1,"b":[2]},"a":3,"\u0062":4,"a":5}"#) { root in
      [root["a"], root["b"], root["c"], root["a"]?["a"], root["skipped"]?["a"]].map { $0?.int64 }
    }
    #expect(found == [3, 4, nil, nil, 1])
  }

  @Test func switchesOverKeys() throws {
    let seen = try with(#"{"key":"k","value":[1],"other":0}"#) { root in
      root.members.map { member in
        switch member.key {
        case "key": return "key " + (member.value.string ?? "")
        case "value": return "value"
        default: return "unknown " + member.key.string
        }
      }
    }
    #expect(seen == ["key k", "value", "unknown other"])
  }

  @Test func isOnlyWhatItIs() throws {
    let answers = try with(#"["latest",null,true,false,1,{},[]]"#) { root in
      root.elements.map { value in
        [
          value.isString("latest"), value.isNull, value.bool == true, value.bool == false,
          value.double == 1, value.kind == .object, value.kind == .array,
        ]
      }
    }
    #expect(answers == (0..<7).map { row in (0..<7).map { $0 == row } })
  }
}
