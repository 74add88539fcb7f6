/// A `name=value` pair in somebody else's bytes (RFC 9110 §5.6.6).
struct ParameterView {
  let name: UnsafeRawBufferPointer
  /// The value without its quotes; quoted pairs in it are left as they are.
  let value: UnsafeRawBufferPointer
  private let isQuoted: Bool

  /// Nil unless the name is a token and the value a token or a quoted string.
  init?(_ element: UnsafeRawBufferPointer) {
    let quote = UInt8(ascii: "\"")
    guard let equals = element.index(of: UInt8(ascii: "="), from: 0) else { return nil }
    name = element.part(0, equals)
    let raw = element.part(equals + 1, element.count)
    isQuoted = raw.first == quote
    guard name.isToken else { return nil }
    if !isQuoted {
      guard raw.isToken else { return nil }
      value = raw
      return
    }
    guard raw.count >= 2, raw[raw.count - 1] == quote else { return nil }
    value = raw.part(1, raw.count - 1)
    var index = 0
    while index < value.count {
      if value[index] == quote { return nil }
      index += value[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    // A backslash before the last quote would make it part of the value.
    if index > value.count { return nil }
  }

  /// The value as text, quoted pairs undone.
  var text: String {
    guard isQuoted, value.contains(UInt8(ascii: "\\")) else { return value.text }
    var plain: [UInt8] = []
    var isEscaped = false
    for byte in value {
      if !isEscaped, byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        plain.append(byte)
        isEscaped = false
      }
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
