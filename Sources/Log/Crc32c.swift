import CIsal

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of Kafka's record batches.
struct Crc32c {
  private var state: UInt32 = 0xFFFF_FFFF

  /// Takes further bytes in.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    let start = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
    state = crc32_iscsi(start, CInt(bytes.count), state)
  }

  /// The checksum of everything taken in.
  var value: UInt32 { ~state }

  /// The checksum of these bytes.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = Crc32c()
    crc.update(bytes)
    return crc.value
  }
}
