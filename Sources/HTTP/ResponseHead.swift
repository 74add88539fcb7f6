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
  /// More than the status line, Date, the framing, Connection and the empty line ever take.
  private static let ownBytesMax = 256

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
      append(bytes: value)
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
  @_disfavoredOverload  // Literals are to go the way that builds no String.
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
    // One visit to the buffer: each costs an exclusivity check.
    _ = buffer.appendUninitialized(atMost: fields.count + Self.ownBytesMax) { memory in
      var writer = FieldWriter(memory)
      writer.put(status.line)
      writer.put("Date: ")
      date.withBytes { writer.put($0) }
      writer.put("\r\n")
      fields.withUnsafeBytes { writer.put($0) }
      switch framing {
      case .length(let count):
        writer.put("Content-Length: ")
        writer.put(decimal: count)
        writer.put("\r\n")
      case .chunked: writer.put("Transfer-Encoding: chunked\r\n")
      case .none, .untilClose: break
      }
      if !keepAlive || framing == .untilClose {
        writer.put("Connection: close\r\n")
      } else if version == .http10 {
        writer.put("Connection: keep-alive\r\n")
      }
      writer.put("\r\n")
      return writer.count
    }
  }

  /// Appends the interim answer to `Expect: 100-continue`: a status line and an empty line.
  public static func writeContinue(into buffer: ByteBuffer) {
    buffer.append("HTTP/1.1 100 Continue\r\n\r\n")
  }

  private mutating func append(_ literal: StaticString) {
    if fields.isEmpty { fields.reserveCapacity(256) }
    fields.append(
      contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func append(bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { fields.append(contentsOf: $0) }
  }

  private mutating func append(decimal number: Int) {
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { memory in
      var writer = FieldWriter(memory)
      writer.put(decimal: number)
      fields.append(contentsOf: memory[..<writer.count])
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
