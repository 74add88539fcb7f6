import Glibc
import Platform

/// Writes JSON into a buffer, with no white space, and puts the commas where they belong.
///
/// It writes what it is told in the order it is told: whoever calls it closes what was opened and
/// gives each key a value. It keeps one bit of state, so it costs nothing to make one for each
/// record.
///
///     var json = JSONWriter(into: buffer)
///     json.beginObject()
///     json.key("offset")
///     json.number(5)
///     json.endObject()
public struct JSONWriter {
  /// Where the text goes. Others may append to it and take from it between calls.
  public let buffer: ByteBuffer

  /// True if a value has just ended, so that what comes next needs a comma in front.
  @usableFromInline var needsComma = false

  /// A writer that appends to the buffer.
  @inlinable public init(into buffer: ByteBuffer) {
    self.buffer = buffer
  }

  /// Opens an object.
  @inlinable public mutating func beginObject() { begin(UInt8(ascii: "{")) }

  /// Closes the innermost object.
  @inlinable public mutating func endObject() { end(UInt8(ascii: "}")) }

  /// Opens an array.
  @inlinable public mutating func beginArray() { begin(UInt8(ascii: "[")) }

  /// Closes the innermost array.
  @inlinable public mutating func endArray() { end(UInt8(ascii: "]")) }

  /// The key of the next value. It is copied as it is, so it must need no escapes.
  @inlinable public mutating func key(_ key: StaticString) {
    comma()
    let count = key.utf8CodeUnitCount
    _ = buffer.appendUninitialized(atMost: count + 3) { output in
      output[0] = UInt8(ascii: "\"")
      for index in 0..<count { output[index + 1] = key.utf8Start[index] }
      output[count + 1] = UInt8(ascii: "\"")
      output[count + 2] = UInt8(ascii: ":")
      return count + 3
    }
    needsComma = false
  }

  /// The key of the next value, which may need escapes. It must be valid UTF-8.
  public mutating func key(utf8 bytes: UnsafeRawBufferPointer) {
    string(utf8: bytes)
    buffer.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// A string of these bytes, which must be valid UTF-8: they are escaped, but not checked.
  public mutating func string(utf8 bytes: UnsafeRawBufferPointer) {
    comma()
    buffer.append(UInt8(ascii: "\""))
    JSONEscaping.append(bytes, to: buffer)
    buffer.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A string.
  public mutating func string(_ string: String) {
    var string = string
    string.withUTF8 { self.string(utf8: UnsafeRawBufferPointer($0)) }
  }

  /// A string that holds the bytes in base64.
  public mutating func base64(_ bytes: UnsafeRawBufferPointer) {
    comma()
    buffer.append(UInt8(ascii: "\""))
    Base64.encode(bytes, into: buffer)
    buffer.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A whole number.
  public mutating func number(_ number: Int64) {
    decimal(number.magnitude, isNegative: number < 0)
  }

  /// A whole number.
  public mutating func number(_ number: Int) {
    decimal(UInt64(number.magnitude), isNegative: number < 0)
  }

  /// A whole number.
  public mutating func number(_ number: UInt64) {
    decimal(number, isNegative: false)
  }

  /// The shortest text that reads back as the same double; `null` for what JSON has no number for.
  public mutating func number(_ number: Double) {
    guard number.isFinite else { return null() }
    literal(number.description)
  }

  /// `true` or `false`.
  public mutating func bool(_ value: Bool) {
    comma()
    buffer.append(value ? "true" as StaticString : "false" as StaticString)
    needsComma = true
  }

  /// `null`.
  public mutating func null() {
    comma()
    buffer.append("null" as StaticString)
    needsComma = true
  }

  /// A value that is JSON text already, as it is.
  @inlinable public mutating func raw(_ text: UnsafeRawBufferPointer) {
    comma()
    buffer.append(text)
    needsComma = true
  }

  /// A value that is valid JSON text already, on one line: where a form gives a record a line, a
  /// stored value that was written over several lines must not end its record. Line ends stand only
  /// between tokens, so each can become a space.
  public mutating func rawOnOneLine(_ text: UnsafeRawBufferPointer) {
    raw(text)
    let copy = UnsafeMutableRawBufferPointer(rebasing: buffer.mutableBytes.suffix(text.count))
    JSONWriter.blank(UInt8(ascii: "\n"), in: copy)
    JSONWriter.blank(UInt8(ascii: "\r"), in: copy)
  }

  /// Ends a line of NDJSON: the next value stands by itself.
  @inlinable public mutating func endLine() {
    buffer.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  @inlinable mutating func comma() {
    if needsComma { buffer.append(UInt8(ascii: ",")) }
  }

  @usableFromInline mutating func begin(_ bracket: UInt8) {
    comma()
    buffer.append(bracket)
    needsComma = false
  }

  @usableFromInline mutating func end(_ bracket: UInt8) {
    buffer.append(bracket)
    needsComma = true
  }

  private mutating func literal(_ text: String) {
    comma()
    buffer.append(text)
    needsComma = true
  }

  /// Two digits at a time, from the end of a field of 20, the most that 64 bits need.
  private mutating func decimal(_ magnitude: UInt64, isNegative: Bool) {
    comma()
    if isNegative { buffer.append(UInt8(ascii: "-")) }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { field in
      var start = field.count
      var rest = magnitude
      while rest >= 10 {
        let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
        let (tens, ones) = UInt8(truncatingIfNeeded: pair).quotientAndRemainder(dividingBy: 10)
        start -= 2
        field[start] = tens + UInt8(ascii: "0")
        field[start + 1] = ones + UInt8(ascii: "0")
        rest = quotient
      }
      if rest > 0 || start == field.count {
        start -= 1
        field[start] = UInt8(truncatingIfNeeded: rest) + UInt8(ascii: "0")
      }
      buffer.append(UnsafeRawBufferPointer(rebasing: field[start...]))
    }
    needsComma = true
  }

  private static func blank(_ byte: UInt8, in text: UnsafeMutableRawBufferPointer) {
    guard var position = text.baseAddress else { return }
    let end = position + text.count
    while position < end, let found = memchr(position, Int32(byte), end - position) {
      found.storeBytes(of: UInt8(ascii: " "), as: UInt8.self)
      position = found + 1
    }
  }
}
