import Platform

/// Writes chunks into a buffer (RFC 9112 §7.1).
///
/// With the size known, `appendHead`, the bytes and `appendEnd` make a chunk. Without it, `begin`
/// reserves room for a size of fixed width, the body is written straight behind it, and `end`
/// patches the size in (leading zeros are legal).
public struct ChunkedEncoder: Sendable {
  /// Bytes that `begin` reserves: eight digits and CRLF.
  public static let reservedBytes = 10
  /// The most bytes a chunk between `begin` and `end` can have.
  public static let chunkBytesMax = Int(UInt32.max)

  private let start: Int

  /// Reserves room for a size at the end of `buffer`. Until `end`, bytes may only be appended.
  public static func begin(in buffer: ByteBuffer) -> ChunkedEncoder {
    let start = buffer.count
    buffer.append("00000000\r\n")
    return ChunkedEncoder(start: start)
  }

  /// Ends the chunk: patches its size in and closes it. A chunk without bytes is taken back, since
  /// an empty chunk would end the body. Gives the number of body bytes.
  @discardableResult
  public func end(in buffer: ByteBuffer) -> Int {
    let size = buffer.count - start - Self.reservedBytes
    precondition(size >= 0 && size <= Self.chunkBytesMax, "a chunk only grows, up to 4 GiB")
    if size == 0 {
      buffer.truncate(to: start)
      return 0
    }
    let bytes = buffer.mutableBytes
    for place in 0..<8 { bytes[start + place] = Self.digit(size >> (28 - 4 * place)) }
    Self.appendEnd(to: buffer)
    return size
  }

  /// Appends the head of a chunk of `count` bytes, at least one: the size in hexadecimal and CRLF.
  public static func appendHead(of count: Int, to buffer: ByteBuffer) {
    precondition(count > 0, "an empty chunk would end the body")
    var shift = (count.bitWidth - 1 - count.leadingZeroBitCount) & ~3
    while shift >= 0 {
      buffer.append(digit(count >> shift))
      shift -= 4
    }
    buffer.append("\r\n")
  }

  /// Appends the CRLF that closes a chunk.
  public static func appendEnd(to buffer: ByteBuffer) {
    buffer.append("\r\n")
  }

  /// Appends the last chunk and an empty trailer section.
  public static func appendLast(to buffer: ByteBuffer) {
    buffer.append("0\r\n\r\n")
  }

  @inline(__always) private static func digit(_ number: Int) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: number & 15)
    return value < 10 ? value + UInt8(ascii: "0") : value - 10 + UInt8(ascii: "a")
  }
}
