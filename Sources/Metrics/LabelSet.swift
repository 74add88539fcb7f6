/// The labels of one child of a family, fixed when it is registered.
struct LabelSet: Sendable {
  let pairs: [(String, String)]

  init(_ pairs: [(String, String)]) { self.pairs = pairs }

  /// Names and values in an order of their own: equal for equal sets, however they were written
  /// down.
  var sorted: [[String]] {
    pairs.map { [$0.0, $0.1] }.sorted { $0[0] < $1[0] }
  }

  /// The names alone, sorted; all children of a family share them.
  var names: [String] { pairs.map(\.0).sorted() }

  /// What is wrong with the labels of a family of `type`, or nil.
  func complaint(for type: MetricType) -> String? {
    for (index, name) in names.enumerated() {
      if !Self.isIdentifier(name) { return "\(name): not a label name" }
      if name.hasPrefix("__") { return "\(name): names with __ are Prometheus's own" }
      if type == .histogram, name == "le" { return "le: a histogram's own label" }
      if index > 0, names[index - 1] == name { return "\(name): given twice" }
    }
    return nil
  }

  /// True for `[a-zA-Z_][a-zA-Z0-9_]*`.
  static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, !isDigit(first) else { return false }
    return text.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "_") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
