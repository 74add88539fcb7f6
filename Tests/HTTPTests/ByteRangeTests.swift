import HTTP
import Testing

struct ByteRangeTests {
  @Test(
    arguments: [
      ("bytes=0-0", 100, .range(0..<1)), ("bytes=0-99", 100, .range(0..<100)),
      ("bytes=10-", 100, .range(10..<100)), ("bytes=99-", 100, .range(99..<100)),
      ("bytes=50-1000", 100, .range(50..<100)), ("bytes=-10", 100, .range(90..<100)),
      ("bytes=-1000", 100, .range(0..<100)), ("Bytes= 5-6 ,", 100, .range(5..<7)),
      ("bytes=0-99999999999999999999999", 100, .range(0..<100)),
      ("bytes=0-9223372036854775807", 100, .range(0..<100)),
      ("bytes=-99999999999999999999999", 100, .range(0..<100)),
      ("bytes=100-", 100, .unsatisfiable), ("bytes=100-200", 100, .unsatisfiable),
      ("bytes=99999999999999999999999-", 100, .unsatisfiable), ("bytes=-0", 100, .unsatisfiable),
      ("bytes=0-", 0, .unsatisfiable), ("bytes=-5", 0, .whole), ("bytes=-0", 0, .unsatisfiable),
      ("bytes=0-1,5-6", 100, .whole), ("bytes=5-4", 100, .whole), ("bytes=200-100", 100, .whole),
      ("bytes=", 100, .whole), ("bytes=-", 100, .whole), ("bytes=,", 100, .whole),
      ("bytes", 100, .whole), ("", 100, .whole), ("items=0-1", 100, .whole),
      ("bytes =0-1", 100, .whole), ("bytes=a-b", 100, .whole), ("bytes=1 - 2", 100, .whole),
      ("bytes=1-2-3", 100, .whole), ("bytes=+1-2", 100, .whole), ("bytes=--1", 100, .whole),
      ("bytes=5", 100, .whole), ("bytes=0x1-2", 100, .whole),
    ] as [(String, Int, ByteRange)])
  func `ranges are read against a length`(_ value: String, _ length: Int, _ expected: ByteRange) {
    #expect(Parsing.bytes(value) { ByteRange($0, length: length) } == expected)
  }
}
