/// A word or a single mark of a Swift file, comments and the text of literals left out.
struct Token: Sendable {
  let text: String
  /// Counted from 1.
  let line: Int
  /// True when only blanks stand before it on its line.
  let startsLine: Bool
  /// True when no blank stands between it and the token before.
  let touchesPrevious: Bool

  var isWord: Bool { text.utf8.first.map(Self.isWordByte) ?? false }

  /// Cuts masked bytes (see `CodeMask`) into tokens. An identifier in backticks is one word,
  /// backticks and all.
  static func all(in masked: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var (index, line, startsLine, touches) = (0, 1, true, false)
    while index < masked.count {
      let byte = masked[index]
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        if byte == UInt8(ascii: "\n") { (line, startsLine) = (line + 1, true) }
        touches = false
        index += 1
        continue
      }
      var end = index + 1
      if byte == UInt8(ascii: "`") {
        while end < masked.count, masked[end - 1] != byte || end == index + 1 { end += 1 }
      } else if isWordByte(byte) {
        while end < masked.count, isWordByte(masked[end]) { end += 1 }
      }
      tokens.append(
        Token(
          text: String(decoding: masked[index..<end], as: UTF8.self), line: line,
          startsLine: startsLine, touchesPrevious: touches))
      (index, startsLine, touches) = (end, false, true)
    }
    return tokens
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
      true
    default: false
    }
  }
}
