import Platform

/// Base64 as in RFC 4648, section 4: the standard alphabet, padding, no line breaks.
public enum Base64 {
  /// Appends the bytes in base64: four characters for each three bytes or rest.
  public static func encode(_ bytes: UnsafeRawBufferPointer, into buffer: ByteBuffer) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let digits = alphabet.utf8Start
    _ = buffer.appendUninitialized(atMost: (bytes.count + 2) / 3 * 4) { output in
      var written = 0
      var index = 0
      while index < bytes.count {
        let count = min(bytes.count - index, 3)
        var group = UInt32(bytes[index]) << 16
        if count > 1 { group |= UInt32(bytes[index + 1]) << 8 }
        if count > 2 { group |= UInt32(bytes[index + 2]) }
        output[written] = digits[Int(group >> 18)]
        output[written + 1] = digits[Int(group >> 12 & 63)]
        output[written + 2] = count > 1 ? digits[Int(group >> 6 & 63)] : padding
        output[written + 3] = count > 2 ? digits[Int(group & 63)] : padding
        written += 4
        index += 3
      }
      return written
    }
  }

  /// Appends the bytes that the text stands for, or returns false and appends nothing.
  ///
  /// Strict: padding is required, white space refused, and so are bits that no encoder would have
  /// set (RFC 4648, section 3.5), so that every value has one text.
  public static func decode(_ text: UnsafeRawBufferPointer, into buffer: ByteBuffer) -> Bool {
    guard text.count % 4 == 0 else { return false }
    guard text.count > 0 else { return true }
    let pads = text[text.count - 1] != padding ? 0 : text[text.count - 2] != padding ? 1 : 2
    let written = buffer.appendUninitialized(atMost: text.count / 4 * 3) { output in
      values.withUnsafeBufferPointer { values in
        decode(text, pads: pads, values: values, output: output) ? text.count / 4 * 3 - pads : 0
      }
    }
    return written > 0
  }

  private static func decode(
    _ text: UnsafeRawBufferPointer, pads: Int, values: UnsafeBufferPointer<UInt8>,
    output: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var seen: UInt8 = 0
    var written = 0
    for index in stride(from: 0, to: text.count - (pads > 0 ? 4 : 0), by: 4) {
      let (a, b) = (values[Int(text[index])], values[Int(text[index + 1])])
      let (c, d) = (values[Int(text[index + 2])], values[Int(text[index + 3])])
      seen |= a | b | c | d
      output[written] = a << 2 | b >> 4
      output[written + 1] = b << 4 | c >> 2
      output[written + 2] = c << 6 | d
      written += 3
    }
    guard pads > 0 else { return seen < invalid }
    let last = text.count - 4
    let (a, b) = (values[Int(text[last])], values[Int(text[last + 1])])
    let c = pads == 1 ? values[Int(text[last + 2])] : 0
    let unused = pads == 1 ? c & 0b11 : b & 0b1111
    guard seen | a | b | c < invalid, unused == 0 else { return false }
    output[written] = a << 2 | b >> 4
    if pads == 1 { output[written + 1] = b << 4 | c >> 2 }
    return true
  }

  private static let padding = UInt8(ascii: "=")
  /// What every byte outside the alphabet stands for: the one bit that no digit has.
  private static let invalid: UInt8 = 64

  /// The six bits of each character.
  private static let values: [UInt8] = (0..<256).map { byte in
    switch UInt8(byte) {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): return UInt8(byte) - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return UInt8(byte) - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt8(byte) - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): return 62
    case UInt8(ascii: "/"): return 63
    default: return invalid
    }
  }
}
