/// Kafka's default partitioner for records with keys: murmur2 of the key, without its sign, modulo
/// the partitions (`org.apache.kafka.common.utils.Utils.murmur2`), so that other clients find the
/// same key in the same place.
enum KeyPartitioner {
  static func partition(of key: UnsafeRawBufferPointer, partitions: Int) -> Int {
    Int(murmur2(key) & 0x7FFF_FFFF) % partitions
  }

  static func murmur2(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let multiplier: UInt32 = 0x5BD1_E995
    var hash = 0x9747_B28C ^ UInt32(truncatingIfNeeded: bytes.count)
    let whole = bytes.count & ~3
    var index = 0
    while index < whole {
      var word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
      word &*= multiplier
      word ^= word >> 24
      word &*= multiplier
      hash = (hash &* multiplier) ^ word
      index += 4
    }
    let rest = bytes.count - whole
    if rest >= 3 { hash ^= UInt32(bytes[whole + 2]) << 16 }
    if rest >= 2 { hash ^= UInt32(bytes[whole + 1]) << 8 }
    if rest >= 1 {
      hash ^= UInt32(bytes[whole])
      hash &*= multiplier
    }
    hash ^= hash >> 13
    hash &*= multiplier
    return hash ^ (hash >> 15)
  }
}
