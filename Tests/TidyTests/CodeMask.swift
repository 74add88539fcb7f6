/// Swift source with comments and the text of string literals turned to blanks, byte for byte.
///
/// Knows nested comments, multi-line and raw strings, and interpolation, whose code stays. Does not
/// know regex literals: a brace or a quote inside one would mislead it.
struct CodeMask {
  private let source: [UInt8]
  private var masked: [UInt8]
  private var index = 0

  /// The bytes of `text`, masked; as many as before, with every line feed in its place.
  static func masked(_ text: String) -> [UInt8] {
    var mask = CodeMask(source: Array(text.utf8))
    mask.code(interpolated: false)
    return mask.masked
  }

  private init(source: [UInt8]) {
    self.source = source
    masked = source
  }

  private func stands(_ text: String) -> Bool { source[index...].starts(with: text.utf8) }

  private mutating func blank(_ count: Int) {
    for place in index..<min(index + count, source.count) where source[place] != 0x0A {
      masked[place] = UInt8(ascii: " ")
    }
    index = min(index + count, source.count)
  }

  /// Walks over code; inside an interpolation, up to the parenthesis that closes it.
  private mutating func code(interpolated: Bool) {
    var depth = 0
    while index < source.count {
      let hashes = source[index...].prefix { $0 == UInt8(ascii: "#") }.count
      if stands("//") {
        blank(source[index...].prefix { $0 != 0x0A }.count)
      } else if stands("/*") {
        comment()
      } else if stands(String(repeating: "#", count: hashes) + "\"") {
        index += hashes
        string(hashes: String(repeating: "#", count: hashes))
      } else {
        if source[index] == UInt8(ascii: "(") { depth += 1 }
        if source[index] == UInt8(ascii: ")") {
          if depth == 0, interpolated { return }
          depth -= 1
        }
        index += max(hashes, 1)
      }
    }
  }

  private mutating func comment() {
    var depth = 0
    repeat {
      if stands("/*") {
        depth += 1
        blank(2)
      } else if stands("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && index < source.count
  }

  /// Walks over a literal whose opening quote stands at `index`; the quotes themselves stay.
  private mutating func string(hashes: String) {
    let multiline = stands("\"\"\"")
    let quote = multiline ? "\"\"\"" : "\""
    index += quote.utf8.count
    while index < source.count {
      if stands(quote + hashes) {
        index += quote.utf8.count + hashes.utf8.count
        return
      } else if stands("\\" + hashes + "(") {
        blank(1 + hashes.utf8.count)
        index += 1
        code(interpolated: true)
        index = min(index + 1, source.count)
      } else if stands("\\" + hashes) {
        blank(2 + hashes.utf8.count)
      } else if !multiline, source[index] == 0x0A {
        return
      } else {
        blank(1)
      }
    }
  }
}
