/// Times as the interface takes them: RFC 3339, or milliseconds since 1970 as a number.
enum TimestampText {
  /// Milliseconds since 1970, or `nil` if the text is neither.
  static func milliseconds(_ text: String) -> Int64? {
    if let number = Int64(text) { return number }
    return RFC3339(text)?.milliseconds
  }

  /// RFC 3339 in UTC with milliseconds.
  static func text(_ milliseconds: Int64) -> String {
    RFC3339.text(milliseconds: milliseconds)
  }
}
