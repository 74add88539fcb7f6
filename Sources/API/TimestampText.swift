/// Times as the interface takes them: RFC 3339, or milliseconds since 1970 as a number.
enum TimestampText {
  /// Milliseconds since 1970, or `nil` if the text is neither.
  static func milliseconds(_ text: String) -> Int64? {
    if let number = Int64(text) { return number }
    return RFC3339(text)?.milliseconds
  }

  /// What a query says: there a + stands for a space, and before an offset from UTC only the one
  /// that nobody has escaped can have been meant.
  static func milliseconds(inQuery text: String) -> Int64? {
    let place = text.utf8.index(text.endIndex, offsetBy: -6, limitedBy: text.startIndex)
    guard let place, text[place] == " " else { return milliseconds(text) }
    return milliseconds(text[..<place] + "+" + text[text.index(after: place)...])
  }

  /// RFC 3339 in UTC with milliseconds.
  static func text(_ milliseconds: Int64) -> String {
    RFC3339.text(milliseconds: milliseconds)
  }
}
