import Foundation
import Testing

@testable import Log

/// Batches framed by kafka-python (see Golden/generate.py) are the bytes that are framed here.
@Suite struct GoldenBytesTests {
  private static let time: Int64 = 1_700_000_000_000

  /// The same list as in Golden/generate.py.
  private static let batches: [[TestRecord]] = [
    [one("key", "value")],
    [one(nil, "no key")],
    [one("no value", nil)],
    [one(nil, nil)],
    [one("", "")],
    [one("k", "v", [header("tag", "red"), header("empty", ""), header("null", nil)])],
    [one("schlüssel", "値🙂", [header("größe", "été")])],
    [one("a", "1"), one("b", "2", at: time - 5000), one("c", "3", at: time + 70)],
    [one(nil, "before the epoch", at: -1)],
    [one(nil, String(repeating: "x", count: 20000))],
    (0..<300).map { index in
      one(
        "key-\(index % 7)", String(repeating: "v", count: index % 90),
        at: time + Int64(index * 37 % 1000))
    },
  ]

  private static func one(
    _ key: String?, _ value: String?, _ headers: [TestHeader] = [], at timestamp: Int64 = time
  ) -> TestRecord {
    TestRecord(
      timestamp: timestamp, key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) },
      headers: headers)
  }

  private static func header(_ name: String, _ value: String?) -> TestHeader {
    TestHeader(name: name, value: value.map { Array($0.utf8) })
  }

  private static func golden(_ file: String = #filePath) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent("Golden/batches.bin")))
  }

  /// No field differs: kafka-python, too, leaves base offset and leader epoch 0 for the broker, and
  /// the producer's fields -1.
  @Test func framedBytesAreKafkasToTheLastByte() throws {
    let framed = Self.batches.flatMap { FramedBatches.of($0).array }
    let golden = try Self.golden()
    let difference = zip(framed, golden).enumerated().first { $0.element.0 != $0.element.1 }
    #expect(difference?.offset == nil)
    #expect(framed.count == golden.count)
  }

  @Test func kafkasBytesReadAsTheRecordsTheyWereMadeFrom() throws {
    let read = try Self.golden().withUnsafeBytes { try TestBatch.all(in: $0) }
    let same = read.map(\.records) == Self.batches
    #expect(same)
    #expect(read.map(\.offsets) == Self.batches.map { (0..<Int64($0.count)).map { $0 } })
  }

  @Test func kafkasBytesPassTheValidatorUnchanged() throws {
    let golden = try Self.golden()
    let validator = BatchValidator(recordBytesMax: 1 << 20)
    let framed = try golden.withUnsafeBytes { try validator.frame($0) }
    let unchanged = framed.array == golden
    #expect(unchanged)
    #expect(framed.batches.map(\.recordCount) == Self.batches.map(\.count))
    #expect(framed.batches.map(\.tag) == Self.batches.map { $0[0].tag })
    #expect(framed.batches.map(\.maxTimestamp) == Self.batches.map { $0.map(\.timestamp).max() })
  }
}
