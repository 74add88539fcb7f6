import Platform
import Testing

@testable import Log

/// Batches that were kept as bytes are what they were.
@Suite struct RestoredBatchesTests {
  private static func framed(_ tags: [String?], valueBytes: Int) -> FramedBatches {
    let builder = BatchBuilder(stamp: ProducerStamp(ownWork: 7))
    let value = [UInt8](repeating: 0x61, count: valueBytes)
    for (index, tag) in tags.enumerated() {
      let headers = RecordHeaders()
      if let tag = tag.flatMap({ Tag($0) }) { headers.setTag(tag) }
      value.withUnsafeBytes {
        builder.append(key: nil, value: $0, headers: headers, timestamp: Int64(index))
      }
    }
    return builder.finish()
  }

  @Test(arguments: [10, 200 << 10])
  func theyComeBackBatchForBatch(valueBytes: Int) throws {
    let framed = RestoredBatchesTests.framed(
      [nil, "a", "a", nil, "b", "b", "b"], valueBytes: valueBytes)
    let restored = try FramedBatches.restored(from: framed.content)
    #expect(restored.content == framed.content)
    #expect(restored.recordCount == 7)
    #expect(restored.batches.map(\.tag) == framed.batches.map(\.tag))
    #expect(restored.batches.map(\.size) == framed.batches.map(\.size))
    #expect(restored.batches.map(\.maxTimestamp) == framed.batches.map(\.maxTimestamp))
    #expect(restored.batches.count == (valueBytes == 10 ? 4 : 7))
  }

  @Test func damageIsNoticed() throws {
    let content = RestoredBatchesTests.framed([nil, "a"], valueBytes: 10).content
    for index in [0, 16, 30, content.count - 1] {
      var broken = content
      // The offset stands outside the checksum; the length does not fit any more.
      broken[index == 0 ? 8 : index] ^= 0x40
      #expect(throws: LogError.self) { try FramedBatches.restored(from: broken) }
    }
    #expect(throws: LogError.self) {
      try FramedBatches.restored(from: Array(content.dropLast(3)))
    }
  }
}
