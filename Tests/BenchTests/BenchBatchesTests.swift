import Log
import Support
import Testing

@testable import Bench

@Suite struct BenchBatchesTests {
  @Test func theyAreOfTheMomentAtWhichTheyAreMade() {
    let now: Int64 = 1_800_000_000_000
    let (body, records) = BenchBatches.body(ManualClock(wallMilliseconds: now))
    var rest = body.bytes[...]
    var counted = 0
    while let header = BatchHeader(UnsafeRawBufferPointer(rebasing: rest)) {
      #expect(header.baseTimestamp == now && header.maxTimestamp == now)
      #expect(header.size <= BenchBatches.batchBytes)
      counted += Int(header.recordCount)
      rest = rest.dropFirst(header.size)
    }
    #expect(rest.isEmpty)
    #expect(counted == records)
  }
}
