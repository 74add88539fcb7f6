import Foundation
import Platform
import Support
import Testing

@testable import Log

@Suite struct PartitionLogTests {
  private static func retention(_ test: TestLog) -> Retention {
    Retention(test.log, writer: test.data.writer, metrics: test.metrics)
  }

  /// A log of so many segments, a record each; the records' times are 1000, 2000, …
  private static func segments(_ count: Int, _ settings: LogSettings) throws -> TestLog {
    var settings = settings
    settings.segmentBytes = 1
    let test = try TestLog(settings, clock: ManualClock(wallMilliseconds: 0))
    for index in 1...count { test.append([.small("record \(index)", at: Int64(index) * 1000)]) }
    return test
  }

  @Test func offsetsOutsideTheLogAreToldApart() throws {
    let test = try Self.segments(5, LogSettings())
    #expect(try Self.retention(test).truncate(before: Offset(2)) == Offset(2))
    #expect(throws: LogError.offsetTooOld(logStartOffset: Offset(2))) {
      try test.read(ReadRequest(offset: Offset(1), maxBytes: 1)).count
    }
    #expect(throws: LogError.offsetPastEnd(highWatermark: Offset(5))) {
      try test.read(ReadRequest(offset: Offset(6), maxBytes: 1)).count
    }
    #expect(throws: LogError.offsetPastEnd(highWatermark: Offset(5))) {
      try Self.retention(test).truncate(before: Offset(6)).value
    }
    test.data.close()
  }

  static let ages: [(now: Int64, start: Int64)] = [(3000, 0), (3001, 1), (5500, 3), (99_000, 5)]

  @Test(arguments: ages)
  func oldSegmentsGoWholeAndTheLastIsRolledFirst(now: Int64, start: Int64) throws {
    let test = try Self.segments(5, LogSettings(retentionMilliseconds: 2000))
    try Self.retention(test).enforce(now: now)
    #expect(test.log.frontiers.logStart == Offset(start))
    #expect(test.metrics.deletedBytes.value > 0 || start == 0)
    #expect(try test.append([.small("next")]).get().baseOffset == Offset(5))
    test.data.close()
  }

  @Test func recordsWithoutATimeAreAsOldAsTheirSegment() throws {
    let settings = LogSettings(retentionMilliseconds: 2000)
    let test = try TestLog(settings, clock: ManualClock(wallMilliseconds: 10_000))
    test.append([.small("no time", at: -1)])
    try Self.retention(test).enforce(now: 11_000)
    #expect(test.log.frontiers.logStart == .zero)
    try Self.retention(test).enforce(now: 12_001)
    #expect(test.log.frontiers.logStart == Offset(1))
    test.data.close()
  }

  @Test func theOldestSegmentsGoWhenTheLogIsTooLarge() throws {
    let test = try Self.segments(6, LogSettings(retentionMilliseconds: nil))
    let each = test.log.bytes / 6
    for (keep, start) in [(each * 6, 0), (each * 4, 2), (each * 2 + 1, 3), (0, 5)] {
      test.log.settings.retentionBytes = Int64(keep)
      try Self.retention(test).enforce(now: 0)
      #expect(test.log.frontiers.logStart == Offset(Int64(start)), "keep \(keep)")
    }
    test.data.close()
  }

  @Test func truncationAtTheEndLeavesAnEmptyLogThatGoesOn() throws {
    let test = try Self.segments(3, LogSettings())
    #expect(try Self.retention(test).truncate(before: Offset(3)) == Offset(3))
    #expect(try test.log.describeSegments().map(\.bytes) == [0])
    let again = try test.reopened()
    #expect(again.log.frontiers.logStart == Offset(3))
    #expect(try again.append([.small("next")]).get().baseOffset == Offset(3))
    again.data.close()
  }

  @Test func aDeletedSegmentCanBeReadByWhoeverHoldsIt() throws {
    let test = try Self.segments(3, LogSettings())
    let slice = try test.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    _ = try Self.retention(test).truncate(before: Offset(3))
    #expect(!test.files.exists(test.path("log")))
    #expect(try test.decode(slice).flatMap(\.offsets) == [0, 1, 2])
    test.data.close()
  }

  @Test func segmentsAreDescribed() throws {
    let test = try Self.segments(3, LogSettings())
    let all = try test.log.describeSegments()
    #expect(all.map(\.baseOffset.value) == [0, 1, 2])
    #expect(all.map(\.nextOffset.value) == [1, 2, 3])
    #expect(all.map(\.maxTimestamp) == [1000, 2000, 3000])
    #expect(all.map(\.sealed) == [true, true, false])
    #expect(all.reduce(0) { $0 + $1.bytes } == test.log.bytes)
    let found = try test.log.segmentRegion(baseOffset: Offset(1))
    #expect(found?.region.count == all[1].bytes)
    #expect(try test.log.segmentRegion(baseOffset: Offset(9)) == nil)
    test.data.close()
  }

  @Test func aSegmentIsLeftWhenItIsOldEnough() throws {
    let test = try TestLog(LogSettings(segmentMilliseconds: 1000))
    test.append([.small("a", at: test.clock.wallMilliseconds())])
    test.clock.advance(milliseconds: 999)
    test.append([.small("b")])
    #expect(try test.log.describeSegments().count == 1)
    let again = try test.reopened()
    again.clock.advance(milliseconds: 1)
    again.append([.small("c")])
    #expect(try again.log.describeSegments().map(\.baseOffset.value) == [0, 2])
    again.data.close()
  }

  @Test(arguments: [Int64.min, -1, 0, .max])
  func anExtremeTimeSurvivesARestart(time: Int64) throws {
    let test = try TestLog()
    test.append([.small("a", at: time)])
    let again = try test.reopened()
    #expect(try again.append([.small("b")]).get().baseOffset == Offset(1))
    try Self.retention(again).enforce(now: again.clock.wallMilliseconds())
    again.data.close()
  }

  @Test func moreTagsThanADictionaryHoldsBeginANewSegment() throws {
    let test = try TestLog(LogSettings(durability: .memory))
    let wide = String(repeating: "t", count: 250)
    for group in 0..<21 {
      let records = (0..<200).map { TestRecord.small("x", tag: "\(wide)\(group * 200 + $0)") }
      guard case .success = test.append(records) else { throw Disagreement("refused") }
    }
    #expect(try test.log.describeSegments().count == 2)
    for number in [0, 2000, 4199] {
      let tag = Tag("\(wide)\(number)").map { [$0] }
      let request = ReadRequest(offset: .zero, maxBytes: .max, tags: tag)
      #expect(try test.read(request).flatMap(\.offsets) == [Int64(number)])
    }
    let many = (0..<5000).map { TestRecord.small("x", tag: "\(wide)\($0)") }
    guard case .failure(.invalidBatch) = test.append(many) else {
      throw Disagreement("so many tags cannot be")
    }
    test.data.close()
  }

  @Test func aSearchForAFewAmongManyStopsWhereItIsToldAndGoesOnFromThere() throws {
    let test = try TestLog()
    let tags = ["b", "c", "b", "c", "a", "b", "c", "b", "a", "b"]
    test.append(tags.map { .small("x", tag: $0) })
    let wanted = try #require(Tag("a"))
    var request = ReadRequest(offset: .zero, maxBytes: .max, tags: [wanted])
    let whole = try test.log.read(request)
    for passedMax in 1...11 {
      for maxRecords in [1, 2, .max] {
        request.passedMax = passedMax
        request.maxRecords = maxRecords
        var slice = try test.log.read(request)
        var steps = 1
        while let rest = slice.rest {
          #expect(rest.offset == slice.nextOffset)
          slice.append(try test.log.read(rest))
          steps += 1
        }
        let count = min(maxRecords, 2)
        #expect(slice.bytes == whole.bytes / 2 * count)
        #expect(slice.regions.count == count)
        #expect(slice.recordLimitOffset == Offset(maxRecords == .max ? 10 : count == 1 ? 5 : 9))
        #expect(steps >= (count == 1 ? 4 : 7) / passedMax)
      }
    }
    // What was found before counts: no batch more comes than has room.
    request.passedMax = 2
    request.maxRecords = .max
    request.maxBytes = whole.bytes - 1
    var slice = try test.log.read(request)
    while let rest = slice.rest { slice.append(try test.log.read(rest)) }
    #expect(slice.bytes == whole.bytes / 2)
    #expect(slice.nextOffset == Offset(8))
    test.data.close()
  }
}
