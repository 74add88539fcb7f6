import JSON
import Testing

@Suite struct JSONParserTests {
  static let good: [(text: String, drawn: String)] = [
    ("null", "null"), (" true ", "true"), ("false\n", "false"), ("0", "0"), ("-0", "-0"),
    ("\t12.5e+3 ", "12.5e+3"), (#""""#, "||"), (#" "a\"b\\" "#, #"|a"b\|"#),
    ("[]", "0[]"), ("{}", "0{}"), (" [ ] ", "0[]"), ("[[],[{}]]", "2[0[] 1[0{}]]"),
    (#"{"a":1,"b":[true,null,"x"],"a":{}}"#, "3{a=1 b=3[true null |x|] a=0{}}"),
    (#"{ "a" : { "b" : [ 1 , 2 ] } , "" : "" }"#, "2{a=1{b=2[1 2]} =||}"),
    (#"["\u0041\u00e9\u20ac\ud83d\ude00\/\b\f\n\r\t"]"#, "1[|Aé€😀/\u{8}\u{c}\n\r\t|]"),
    (#"{"k\u0065y\n":"\u0000"}"#, "1{key\n=|\u{0}|}"), (#"["é€😀"]"#, "1[|é€😀|]"),
    ("[123456789012345678901234567890, 1e999]", "2[123456789012345678901234567890 1e999]"),
    (#"["[","]{}:,"]"#, "2[|[| |]{}:,|]"), (#"{"a\\":1}"#, #"1{a\=1}"#),
    ("{\"a\"\n\t:\r 1}", "1{a=1}"), (#""a" "#, "|a|"), (#""\\""#, #"|\|"#),
    ("[\u{20}\n1\r\n]", "1[1]"), (#"["\"",1]"#, #"2[|"| 1]"#),
    ("\"\u{7f}\u{2028}\"", "|\u{7f}\u{2028}|"),
  ]

  @Test func readsEveryKindOfDocument() {
    let parser = JSONParser()
    let wrong = Self.good.filter { Documents.outcome(Array($0.text.utf8), parser) != $0.drawn }
    #expect(wrong.map { "\($0.text) -> \(Documents.outcome(Array($0.text.utf8), parser))" } == [])
  }

  static let bad: [(text: String, error: JSONError)] = [
    ("", .empty), (" \n", .empty), ("[1,]", .badStructure(offset: 3)),
    (#"{"a":1,}"#, .badStructure(offset: 6)), ("[1 2]", .badStructure(offset: 3)),
    ("[1}", .badStructure(offset: 0)), ("[", .badStructure(offset: 0)),
    ("]", .badStructure(offset: 0)), (",", .badStructure(offset: 0)),
    ("[[]", .badStructure(offset: 3)), (#"{"a":{}"#, .badStructure(offset: 7)),
    (#"{"a"}"#, .badStructure(offset: 1)), (#"{"a":}"#, .badStructure(offset: 5)),
    ("{1:2}", .badStructure(offset: 1)), ("{,}", .badStructure(offset: 1)),
    ("[,1]", .badStructure(offset: 1)), (#"["a":1]"#, .badStructure(offset: 4)),
    (#"["a""b"]"#, .badStructure(offset: 4)), (#"["a"b]"#, .badStructure(offset: 4)),
    ("[1]]", .trailingContent(offset: 3)), ("[1][2]", .trailingContent(offset: 3)),
    ("{}{}", .trailingContent(offset: 2)), ("1 2", .trailingContent(offset: 2)),
    (#""a" "b""#, .trailingContent(offset: 4)), ("[] null", .badStructure(offset: 0)),
    ("01", .badNumber(offset: 0)), ("[-]", .badNumber(offset: 1)), ("[1.]", .badNumber(offset: 1)),
    ("[.5]", .badStructure(offset: 1)), ("[1e]", .badNumber(offset: 1)),
    ("[1e+]", .badNumber(offset: 1)), ("[+1]", .badStructure(offset: 1)),
    ("[0x1]", .badNumber(offset: 1)), ("[--1]", .badNumber(offset: 1)),
    ("[NaN]", .badStructure(offset: 1)), ("[-Infinity]", .badNumber(offset: 1)),
    ("[nul]", .badLiteral(offset: 1)), ("[truee]", .badLiteral(offset: 1)),
    ("[fals e]", .badLiteral(offset: 1)), ("[True]", .badStructure(offset: 1)),
    (#"["\x"]"#, .badString(offset: 1)), (#"["\u12g4"]"#, .badString(offset: 1)),
    (#"["\ud800"]"#, .badString(offset: 1)), (#"["\udc00"]"#, .badString(offset: 1)),
    (#"["\ud800\u0041"]"#, .badString(offset: 1)), (#"{"\ud800":1}"#, .badString(offset: 1)),
    ("[\"a\nb\"]", .controlCharacter), ("[\"\u{0}\"]", .controlCharacter),
    (#"["a]"#, .unclosedString), (#"["a\"]"#, .unclosedString),
    ("// no\n1", .trailingContent(offset: 3)), ("['a']", .badStructure(offset: 1)),
    ("\u{feff}1", .badStructure(offset: 0)), ("[1]\u{0}", .badStructure(offset: 0)),
  ]

  @Test func refusesWhatIsNotJSON() {
    let parser = JSONParser()
    let wrong = Self.bad.filter { Documents.refusal(Array($0.text.utf8), parser) != $0.error }
    #expect(wrong.map { "\($0.text) -> \(Documents.outcome(Array($0.text.utf8), parser))" } == [])
  }

  @Test func refusesBrokenUTF8InKeysAndValues() {
    let parser = JSONParser()
    let broken: [[UInt8]] = [
      [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
    ]
    func around(_ before: String, _ after: String) -> [[UInt8]] {
      broken.map { (bytes: [UInt8]) -> [UInt8] in Array(before.utf8) + bytes + Array(after.utf8) }
    }
    let texts = around("[\"", "\"]") + around("{\"", "\":1}")
    #expect(texts.allSatisfy { Documents.refusal($0, parser) == .invalidUTF8 })
  }

  @Test func nestsAsDeepAsTheLimitAndNoDeeper() {
    let parser = JSONParser()
    func nested(_ open: String, _ close: String, _ depth: Int) -> [UInt8] {
      Array(
        (String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    let depth = JSONParser.depthMax
    let refusals = [
      Documents.refusal(nested("[", "]", depth), parser),
      Documents.refusal(nested("{\"a\":", "}", depth), parser),
      Documents.refusal(nested("[", "]", depth + 1), parser),
      Documents.refusal(nested("{\"a\":", "}", depth + 1), parser),
      Documents.refusal(nested("[", "]", 100_000), parser),
    ]
    #expect(
      refusals == [
        nil, nil, .tooDeep(offset: depth), .tooDeep(offset: depth * 5), .tooDeep(offset: depth),
      ])
  }

  @Test func isUsedAgainForDocumentsOfAllSizes() {
    let parser = JSONParser()
    let wrong = (0..<60).filter { round in
      if round == 40 { parser.releaseMemory() }
      let count = [1, 3000, 0, 40_000, 7][round % 5]
      let text = "[" + (0..<count).map { "\"\\t\($0)\"" }.joined(separator: ",") + "]"
      let drawn = "\(count)[" + (0..<count).map { "|\t\($0)|" }.joined(separator: " ") + "]"
      _ = Documents.outcome(Array("{\"broken\": [".utf8), parser)
      return Documents.outcome(Array(text.utf8), parser) != drawn
    }
    #expect(wrong == [])
  }

  @Test func tellsContainersFromOtherBytes() {
    let parser = JSONParser()
    let yes = ["{}", "[]", " {\"a\":1}\n", "[1]", "\t[[]]"]
    let no = [
      "", " ", "{", "1", "\"{}\"", "{]", "{a}", "[1]x", "{}{}", "[1}", "null", "}{", "[\u{0}]",
    ]
    let answers = (yes + no).map { Documents.withBytes($0, parser.isContainer) }
    #expect(answers == yes.map { _ in true } + no.map { _ in false })
  }
}
