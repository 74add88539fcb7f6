/// Kafka's variable-length numbers: zigzag, then seven bits a byte, lowest first.
enum Varint {
  /// The longest a 64-bit number can get, in bytes.
  static let bytesMax = 10

  @inline(__always)
  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

  /// How many bytes `value` takes.
  @inline(__always)
  static func size(_ value: Int64) -> Int {
    let bits = 64 - (zigzag(value) | 1).leadingZeroBitCount
    return (bits + 6) / 7
  }

  /// Writes `value` and gives the address behind it.
  @inline(__always)
  static func write(_ value: Int64, to address: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
  {
    var rest = zigzag(value)
    var address = address
    while rest >= 0x80 {
      address.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      address += 1
      rest >>= 7
    }
    address.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    return address + 1
  }

  /// Reads a number at `position` and moves behind it; `nil` if the bytes end first or it is too
  /// long.
  @inline(__always)
  static func read(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int64? {
    var raw: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      position += 1
      raw |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1) }
      shift += 7
    }
    return nil
  }
}
