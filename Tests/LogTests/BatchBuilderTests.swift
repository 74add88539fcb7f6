import Support
import Testing

@testable import Log

@Suite struct BatchBuilderTests {
  private static func record(_ tag: String?, bytes: Int = 10) -> TestRecord {
    TestRecord(
      timestamp: 5, key: nil, value: [UInt8](repeating: 1, count: bytes),
      headers: tag.map { [TestHeader(name: "tag", value: Array($0.utf8))] } ?? [])
  }

  static let cuts: [(tags: [String?], batches: [Int])] = [
    ([], []),
    ([nil, nil], [2]),
    (["a", "a", "b", "b", "b", "a"], [2, 3, 1]),
    ([nil, "a", nil, nil], [1, 1, 2]),
  ]

  @Test(arguments: cuts)
  func aBatchEndsWhereTheTagChanges(tags: [String?], batches: [Int]) {
    let framed = FramedBatches.of(tags.map { Self.record($0) })
    #expect(framed.batches.map(\.recordCount) == batches)
  }

  @Test func aBatchEndsAtTheSizeTarget() {
    let framed = FramedBatches.of((0..<100).map { _ in Self.record(nil, bytes: 10_000) })
    let target = BatchBuilder.batchBytesTarget
    #expect(framed.batches.dropLast().allSatisfy { $0.size <= target && $0.size > target - 11_000 })
    #expect(framed.recordCount == 100)
  }

  @Test func aRecordOverTheTargetHasABatchOfItsOwn() {
    let sizes = [10, BatchBuilder.batchBytesTarget * 5, 10]
    let framed = FramedBatches.of(sizes.map { Self.record(nil, bytes: $0) })
    #expect(framed.batches.map(\.recordCount) == [1, 1, 1])
  }

  @Test func aTagAddedAsAHeaderCutsBatchesToo() {
    let framed = FramedBatches.of([Self.record("a"), Self.record(nil)])
    #expect(framed.batches.map(\.tag) == [Tag("a"), nil])
  }

  @Test(arguments: UInt64(1)...20)
  func randomRecordsComeBack(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let records = (0..<200).map { _ in Mutation.record(&random, valueMax: 3000) }
    let framed = FramedBatches.of(records)
    let batches = try framed.array.withUnsafeBytes { try TestBatch.all(in: $0) }
    let same = batches.flatMap(\.records) == records
    #expect(same)
    #expect(batches.allSatisfy { Set($0.records.map(\.tag)).count == 1 })
    #expect(batches.allSatisfy { $0.header.maxTimestamp == $0.records.map(\.timestamp).max() })
    let dense = batches.allSatisfy { $0.offsets == (0..<Int64($0.records.count)).map { $0 } }
    #expect(dense)
  }
}
