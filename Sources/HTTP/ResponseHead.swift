import Platform

/// The head of one response: a status and prerendered field lines (RFC 9112 §4, RFC 9110 §6.3).
/// One flat byte array, no dictionary; it adds `Date`, the framing and `Connection` when written.
///
/// A value cannot split the response: every control byte in it, CR and LF first of all, is replaced
/// by a space. Names are literals of the program and are trusted.
public struct ResponseHead: Sendable {
  /// The status of the answer.
  public var status: Status
  private var fields: [UInt8] = []

  /// A head without fields.
  public init(_ status: Status) {
    self.status = status
  }

  /// Adds a field line. Date, Content-Length, Transfer-Encoding and Connection are `write`'s.
  public mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
    assert(Self.mayBeAdded(name), "not a field name, or one that `write` adds")
    append(name)
    append(": ")
    if value.isFieldContent {
      fields.append(contentsOf: value)
    } else {
      for byte in value { fields.append(Octet.isFieldContent(byte) ? byte : Octet.space) }
    }
    append("\r\n")
  }

  /// Adds a field line with a literal value.
  public mutating func add(_ name: StaticString, _ value: StaticString) {
    add(
      name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  /// Adds a field line with text as its value, in UTF-8.
  public mutating func add(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { add(name, UnsafeRawBufferPointer($0)) }
  }

  /// Adds a field line with a decimal number as its value.
  public mutating func add(_ name: StaticString, _ value: Int) {
    append(name)
    append(": ")
    append(decimal: value)
    append("\r\n")
  }

  /// Adds `Content-Type`.
  public mutating func addContentType(_ type: MediaType) {
    add("Content-Type", type.description)
  }

  /// Adds `Content-Range` for a 206: these bytes of a representation `length` bytes long (§14.4).
  public mutating func addContentRange(_ range: Range<Int>, of length: Int) {
    precondition(!range.isEmpty, "a content range has a first and a last byte")
    append("Content-Range: bytes ")
    append(decimal: range.lowerBound)
    append("-")
    append(decimal: range.upperBound - 1)
    append("/")
    append(decimal: length)
    append("\r\n")
  }

  /// Adds `Content-Range` for a 416: the representation is `length` bytes long (§14.4).
  public mutating func addUnsatisfiedRange(of length: Int) {
    append("Content-Range: bytes */")
    append(decimal: length)
    append("\r\n")
  }

  /// Appends the whole head, its empty line included, to a buffer.
  ///
  /// `keepAlive` is what the server will do; false adds `Connection: close`, true adds
  /// `keep-alive` for an HTTP/1.0 client, who would not expect it. `.untilClose` always closes.
  public func write(
    into buffer: ByteBuffer, date: HTTPDate, framing: ResponseFraming, keepAlive: Bool,
    version: Version
  ) {
    assert(framing != .chunked || version == .http11, "HTTP/1.0 has no chunks")
    buffer.reserve(fields.count + 192)
    buffer.append(status.line)
    buffer.append("Date: ")
    date.append(to: buffer)
    buffer.append("\r\n")
    buffer.append(fields)
    switch framing {
    case .length(let count):
      buffer.append("Content-Length: ")
      buffer.append(decimal: count)
      buffer.append("\r\n")
    case .chunked: buffer.append("Transfer-Encoding: chunked\r\n")
    case .none, .untilClose: break
    }
    if !keepAlive || framing == .untilClose {
      buffer.append("Connection: close\r\n\r\n")
    } else if version == .http10 {
      buffer.append("Connection: keep-alive\r\n\r\n")
    } else {
      buffer.append("\r\n")
    }
  }

  /// Appends the interim answer to `Expect: 100-continue`: a status line and an empty line.
  public static func writeContinue(into buffer: ByteBuffer) {
    buffer.append("HTTP/1.1 100 Continue\r\n\r\n")
  }

  private mutating func append(_ literal: StaticString) {
    if fields.isEmpty { fields.reserveCapacity(256) }
    fields.append(
      contentsOf: UnsafeRawBufferPointer(
        start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func append(decimal number: Int) {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { scratch in
      var index = scratch.count
      var rest = number.magnitude
      repeat {
        index -= 1
        scratch[index] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
        rest /= 10
      } while rest != 0
      if number < 0 {
        index -= 1
        scratch[index] = UInt8(ascii: "-")
      }
      fields.append(contentsOf: scratch[index...])
    }
  }

  private static func mayBeAdded(_ name: StaticString) -> Bool {
    let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return bytes.isToken && !bytes.equals(lowercase: "date")
      && !bytes.equals(lowercase: "content-length")
      && !bytes.equals(lowercase: "transfer-encoding")
      && !bytes.equals(lowercase: "connection")
  }
}
