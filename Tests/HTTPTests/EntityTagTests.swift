import HTTP
import Testing

struct EntityTagTests {
  @Test(
    arguments: [
      ("\"a\"", ["\"a\""]), ("W/\"a\"", ["W/\"a\""]), ("\"\"", ["\"\""]),
      ("\"a\" , W/\"b,c\",,\"d\\\"", ["\"a\"", "W/\"b,c\"", "\"d\\\""]),
      ("*", ["*"]), ("", nil), (",", nil), ("a", nil), ("\"a", nil), ("w/\"a\"", nil),
      ("W/a", nil), ("W/", nil), ("\"a\" \"b\"", nil), ("\"a\"\"b\"", nil), ("*, \"a\"", nil),
      ("\"a b\"", nil), ("\"a\", *", nil),
    ] as [(String, [String]?)])
  func `lists are parsed`(_ text: String, _ expected: [String]?) {
    let found: [String]? =
      switch EntityTagList(text) {
      case nil: nil
      case .any: ["*"]
      case .tags(let tags): tags.map(\.description)
      }
    #expect(found == expected)
  }

  /// The table of RFC 9110 §8.8.3.2.
  @Test func `tags compare strongly and weakly`() {
    let weak = EntityTag("1", isWeak: true)
    let strong = EntityTag("1")
    let pairs = [
      (weak, weak), (weak, EntityTag("2", isWeak: true)), (weak, strong), (strong, strong),
    ]
    #expect(pairs.map { $0.stronglyMatches($1) } == [false, false, false, true])
    #expect(pairs.map { $0.weaklyMatches($1) } == [true, false, true, true])
  }

  @Test func `preconditions look for the tag in the list`() {
    let lists = ["*", "\"a\", \"b\"", "W/\"b\"", "\"c\""].compactMap { EntityTagList($0) }
    #expect(lists.map { $0.containsStrongly(EntityTag("b")) } == [true, true, false, false])
    #expect(lists.map { $0.containsWeakly(EntityTag("b")) } == [true, true, true, false])
    #expect(lists.allSatisfy { !$0.containsStrongly(nil) && !$0.containsWeakly(nil) })
    let single = ["\"x\"", "W/\"x\" ", "Sun, 06 Nov 1994 08:49:37 GMT"]
      .map { Parsing.bytes($0) { EntityTag($0)?.description } }
    #expect(single == ["\"x\"", nil, nil])
  }
}
