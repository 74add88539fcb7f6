import Platform
import Support
import Testing

@testable import Log

@Suite struct StampedRequestTests {
  private static let stamp = ProducerStamp(id: 7, epoch: 3, sequence: 12)

  private static func request(_ tags: [String?], _ stamp: ProducerStamp) -> FramedBatches {
    let builder = BatchBuilder(stamp: stamp)
    for (index, tag) in tags.enumerated() { builder.append(.small("\(index)", tag: tag)) }
    return builder.finish()
  }

  @Test func allBatchesOfARequestCarryItsStamp() throws {
    let framed = Self.request(["a", "b", nil, "b"], Self.stamp)
    let batches = try framed.array.withUnsafeBytes { try TestBatch.all(in: $0) }
    #expect(batches.map(\.header.stamp) == Array(repeating: Self.stamp, count: 4))
    #expect(batches.map(\.header.isContinued) == [true, true, true, false])
  }

  @Test func whatIsNotStampedSaysSo() throws {
    let framed = FramedBatches.of([.small("x", tag: "a"), .small("y", tag: "b")])
    let batches = try framed.array.withUnsafeBytes { try TestBatch.all(in: $0) }
    #expect(batches.allSatisfy { $0.header.stamp == nil && !$0.header.isContinued })
  }

  @Test func aLogCutAnywhereKeepsStampedRequestsWholeOrNotAtAll() throws {
    let test = try TestLog()
    let requests: [[String?]] = [["a"], ["a", "b", "a"], [nil, "b"], ["b", "a", nil, "a"]]
    var ends: [(bytes: Int, records: Int)] = [(0, 0)]
    for (number, tags) in requests.enumerated() {
      let stamp = ProducerStamp(id: 1, epoch: 0, sequence: Int32(number))
      let framed = Self.request(tags, stamp)
      let end = ends[ends.count - 1]
      ends.append((end.bytes + framed.bytes, end.records + tags.count))
      _ = try test.data.writer.appendAndWait(framed, to: test.log).get()
    }
    for cut in 0...ends[ends.count - 1].bytes {
      let left = try test.directory.copy()
      try DiskFile(TestLog.path("log", in: left), .readWrite).truncate(to: cut)
      let opened = try TestLog(in: left, clock: test.clock)
      let kept = try #require(ends.last { $0.bytes <= cut })
      let records = try opened.readAll().flatMap(\.records).count
      guard records == kept.records, opened.log.frontiers.written.value == Int64(kept.records)
      else { throw Disagreement("cut at \(cut): \(records) records, not \(kept.records)") }
      opened.data.close()
    }
    test.data.close()
  }

  @Test func aRequestBegunBeforeTheRecoveryPointIsNotCut() throws {
    let test = try TestLog()
    let framed = Self.request(["a", "b"], Self.stamp)
    let first = framed.batches[0].size
    _ = try test.data.writer.appendAndWait(framed, to: test.log).get()
    try test.data.writer.checkpoint()
    let left = try test.directory.copy()
    try DiskFile(TestLog.path("log", in: left), .readWrite).truncate(to: first)
    let opened = try TestLog(in: left, clock: test.clock)
    #expect(opened.metrics.recoveryTruncations.value == 0)
    #expect(opened.metrics.damagedRanges.value == 1)
    #expect(opened.log.frontiers.written.value == 2)
    opened.data.close()
    test.data.close()
  }

  @Test func ownWorkIsFoundByItsNumber() throws {
    let test = try TestLog()
    test.append([.small("plain")])
    for number: Int64 in [3, 9, 1_000_000_007] {
      let framed = Self.request(["a", "b"], ProducerStamp(ownWork: number))
      _ = try test.data.writer.appendAndWait(framed, to: test.log).get()
    }
    _ = try test.data.writer.appendAndWait(Self.request([nil], Self.stamp), to: test.log).get()
    #expect(
      try StampSearch.ownWork(in: test.log, from: .zero) == [
        3: Offset(1), 9: Offset(3), 1_000_000_007: Offset(5),
      ])
    #expect(try StampSearch.ownWork(in: test.log, from: Offset(5)).count == 1)
    #expect(try StampSearch.ownWork(in: test.log, from: Offset(8)).isEmpty)
    test.data.close()
  }

  @Test func ownWorkThatIsDamagedHasReachedNobody() throws {
    let test = try TestLog()
    for number: Int64 in [3, 9, 27] {
      let framed = Self.request(["a", "b"], ProducerStamp(ownWork: number))
      _ = try test.data.writer.appendAndWait(framed, to: test.log).get()
    }
    for offset: Int64 in [2, 3] {
      let slice = try test.log.read(ReadRequest(offset: Offset(offset), maxBytes: 1))
      try RecoveryTests.flip(test.path("log"), at: slice.regions[0].position + 70)
    }
    for _ in 0..<2 {
      #expect(
        try StampSearch.ownWork(in: test.log, from: .zero) == [3: .zero, 27: Offset(4)])
    }
    test.data.close()
  }
}
