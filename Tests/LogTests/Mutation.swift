import Platform
import Support

@testable import Log

/// Random records and random damage, both from a seed.
enum Mutation {
  static let tags = ["red", "green", "blue"]

  /// A record of any shape, with at most `valueMax` bytes of value.
  static func record(_ random: inout SeededGenerator, valueMax: Int = 200) -> TestRecord {
    var headers: [TestHeader] = []
    if random.oneIn(2) {
      headers.append(TestHeader(name: "tag", value: Array(tags[random.below(3)].utf8)))
    }
    for _ in 0..<random.below(3) {
      let value = random.oneIn(4) ? nil : random.bytes(random.below(20))
      headers.append(TestHeader(name: "h\(random.below(9))", value: value))
    }
    return TestRecord(
      timestamp: random.oneIn(20) ? Int64(truncatingIfNeeded: random.next()) : time(&random),
      key: random.oneIn(3) ? nil : random.bytes(random.below(30)),
      value: random.oneIn(10) ? nil : random.bytes(random.below(valueMax + 1)),
      headers: headers)
  }

  private static func time(_ random: inout SeededGenerator) -> Int64 {
    1_700_000_000_000 + Int64(random.below(100_000))
  }

  /// Changes, cuts or repeats some bytes.
  static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    for _ in 0...random.below(4) where !bytes.isEmpty {
      let at = random.below(bytes.count)
      switch random.below(8) {
      case 0: bytes.removeLast(random.below(bytes.count))
      case 1: bytes[at] = 0xFF
      case 2: bytes[at] = 0x7F
      case 3: bytes[at] = 0
      case 4: bytes.remove(at: at)
      case 5: bytes.insert(bytes[at], at: at)
      case 6: bytes[min(random.below(61), bytes.count - 1)] ^= 1 << UInt8(random.below(8))
      default: bytes[at] ^= 1 << UInt8(random.below(8))
      }
    }
  }

  /// Makes length and checksum fit what is there, so that the records are looked at.
  static func repair(_ bytes: inout [UInt8]) {
    guard bytes.count >= BatchHeader.bytes else { return }
    bytes.withUnsafeMutableBytes { raw in
      let base = raw.baseAddress!
      base.storeBigEndian(Int32(raw.count - BatchHeader.lengthPrefixBytes), at: 8)
      let covered = UnsafeRawBufferPointer(rebasing: raw[BatchHeader.checksummedFrom...])
      base.storeBigEndian(Crc32c.checksum(covered), at: 17)
      base.storeBytes(of: 2, toByteOffset: 16, as: UInt8.self)
    }
  }
}
