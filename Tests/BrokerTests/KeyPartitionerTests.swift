import Testing

@testable import Broker

/// Keys go where Kafka's clients would put them.
@Suite struct KeyPartitionerTests {
  /// From Kafka's own `UtilsTest.testMurmur2`.
  static let known: [(String, Int32)] = [
    ("21", -973_932_308), ("foobar", -790_332_482),
    ("a-little-bit-long-string", -985_981_536), ("a-little-bit-longer-string", -1_486_304_829),
    ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
  ]

  @Test(arguments: known) func murmur2IsKafkas(_ key: String, _ hash: Int32) {
    let found = Array(key.utf8).withUnsafeBytes { KeyPartitioner.murmur2($0) }
    #expect(Int32(bitPattern: found) == hash)
  }

  @Test func aPartitionIsTheHashWithoutItsSign() {
    let key = Array("foobar".utf8)
    let expected = Int(Int32(-790_332_482) & 0x7FFF_FFFF) % 7
    #expect(key.withUnsafeBytes { KeyPartitioner.partition(of: $0, partitions: 7) } == expected)
  }
}
