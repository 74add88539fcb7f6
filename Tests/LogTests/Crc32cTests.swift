import Testing

@testable import Log

/// RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
@Suite struct Crc32cTests {
  static let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
    ([], 0),
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E),
    ((0..<32).reversed(), 0x113F_DB5C),
    (Array("123456789".utf8), 0xE306_9283),
  ]

  @Test(arguments: vectors)
  func knownVectorsHold(bytes: [UInt8], checksum: UInt32) {
    #expect(bytes.withUnsafeBytes { Crc32c.checksum($0) } == checksum)
  }

  @Test func aSplitInputHasTheSameChecksum() {
    let bytes = [UInt8](0..<200)
    let whole = bytes.withUnsafeBytes { Crc32c.checksum($0) }
    let split = (0...200).map { at in
      var crc = Crc32c()
      bytes[..<at].withUnsafeBytes { crc.update($0) }
      bytes[at...].withUnsafeBytes { crc.update($0) }
      return crc.value
    }
    #expect(split.allSatisfy { $0 == whole })
  }
}
