/// The classes of bytes that the grammars of RFC 9110 and RFC 3986 speak of.
enum Octet {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let delete: UInt8 = 0x7F

  /// `tchar` of RFC 9110 §5.6.2, as a bit a byte below 128.
  @inline(__always) static func isToken(_ byte: UInt8) -> Bool {
    isIn(byte, 0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)
  }

  /// `unreserved / sub-delims` of RFC 3986 §2.2 and §2.3: what a host's name is made of.
  @inline(__always) static func isHostName(_ byte: UInt8) -> Bool {
    isIn(byte, 0x2BFF_7FD2_0000_0000, 0x47FF_FFFE_87FF_FFFE)
  }

  /// Visible ASCII but `#` and `?`: what a request target is made of.
  @inline(__always) static func isTarget(_ byte: UInt8) -> Bool {
    isIn(byte, 0x7FFF_FFF6_0000_0000, 0x7FFF_FFFF_FFFF_FFFF)
  }

  /// Whether a byte's bit is set in a table of 128, given as its two halves.
  @inline(__always) static func isIn(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
    let word = byte < 64 ? low : high
    return byte < 128 && (word &>> UInt64(byte)) & 1 == 1
  }

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inline(__always) static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  /// SP or HTAB, the whitespace of RFC 9110 §5.6.3.
  @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// What may stand in a field's value: no control byte but HTAB (RFC 9110 §5.5).
  @inline(__always) static func isFieldContent(_ byte: UInt8) -> Bool {
    (byte >= space || byte == tab) && byte != delete
  }

  @inline(__always) static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// The value of a hexadecimal digit.
  @inline(__always) static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }
}
