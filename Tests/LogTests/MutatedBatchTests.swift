import Support
import Testing

@testable import Log

/// Whatever the bytes are, nothing reads outside them and nothing traps.
@Suite struct MutatedBatchTests {
  @Test(arguments: UInt64(1)...8)
  func damagedBatchesAreReadOrRefused(seed: UInt64) {
    var random = SeededGenerator(seed)
    var read = 0
    var accepted = 0
    for _ in 0..<600 {
      let records = (0...random.below(6)).map { _ in Mutation.record(&random, valueMax: 30) }
      var bytes = FramedBatches.of(records).array
      Mutation.damage(&bytes, &random)
      if !random.oneIn(8) { Mutation.repair(&bytes) }
      // A copy of just its size: what lies behind it belongs to somebody else.
      let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      defer { exact.deallocate() }
      exact.copyBytes(from: bytes)
      let view = UnsafeRawBufferPointer(exact)
      if (try? TestBatch.all(in: view)) != nil { read += 1 }
      if (try? BatchValidator(recordBytesMax: 1 << 20).frame(view)) != nil { accepted += 1 }
    }
    #expect(accepted > 0 && accepted <= read && read < 600)
  }

  @Test func theLargestOffsetIsRefusedNotOverrun() {
    var bytes = FramedBatches.of([TestRecord(timestamp: 1, key: nil, value: [1])]).array
    bytes.replaceSubrange(0..<8, with: [0x7F] + [UInt8](repeating: 0xFF, count: 7))
    #expect(throws: LogError.self) {
      try bytes.withUnsafeBytes { try BatchValidator(recordBytesMax: 100).frame($0) }
    }
  }
}
