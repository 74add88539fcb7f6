/// Percent escapes (RFC 3986 §2.1), decoded strictly.
public enum PercentCoding {
  /// The text of one path segment. `+` stays a plus. Throws `.pathEscape` (`malformed_path`) for an
  /// escape that is not `%` and two hexadecimal digits, and for bytes that are not UTF-8.
  public static func decodeSegment(
    _ segment: UnsafeRawBufferPointer
  ) throws(ParseFailure) -> String {
    try decode(segment, plusIsSpace: false, failure: .pathEscape)
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, plusIsSpace: Bool, failure: ParseFailure
  ) throws(ParseFailure) -> String {
    let plus = plusIsSpace ? UInt8(ascii: "+") : UInt8(ascii: "%")
    guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == plus }) else {
      return try text(bytes, failure)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 2 <= bytes.count, let high = Octet.hexValue(bytes[index]),
          let low = Octet.hexValue(bytes[index + 1])
        else { throw failure }
        decoded.append(high << 4 | low)
        index += 2
      } else {
        decoded.append(byte == plus ? Octet.space : byte)
      }
    }
    return try decoded.withUnsafeBufferPointer { bytes throws(ParseFailure) in
      try text(UnsafeRawBufferPointer(bytes), failure)
    }
  }

  /// ASCII goes past the validation, which costs ten times the copy of a short value.
  private static func text(
    _ bytes: UnsafeRawBufferPointer, _ failure: ParseFailure
  ) throws(ParseFailure) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.text }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure }
    return text
  }
}
