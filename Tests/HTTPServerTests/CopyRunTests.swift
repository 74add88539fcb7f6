import HTTPServer
import Platform
import Support
import Synchronization
import Testing

/// The comparison of copies, without a server around it.
@Suite struct CopyRunTests {
  private static let fileBytes = 3_000_000

  let directory = TemporaryDirectory()
  let file: DiskFile

  init() throws {
    var random = SeededGenerator(11)
    let content = random.bytes(CopyRunTests.fileBytes)
    file = try DiskFile(directory.path("file"), .createOrOpen)
    try content.withUnsafeBytes { try file.write([$0], at: 0) }
  }

  private func run(
    _ ranges: [Range<Int>], _ strategies: [CopyStrategy] = CopyStrategy.allCases, rounds: Int = 2,
    milliseconds: Int = 60_000
  ) -> CopyRun {
    let mappable = StoredFile(file)
    return CopyRun(
      FileRegions(
        ranges.lazy.map {
          FileRegion(file: mappable, position: $0.lowerBound, count: $0.count)
        }),
      strategies: strategies, rounds: rounds, milliseconds: milliseconds, clock: SystemClock())
  }

  @Test func eachStrategySendsEverythingInEachMeasuredRound() throws {
    let ranges = [10..<2_000_000, 2_500_000..<2_500_001]
    let costs = try run(ranges).run { false }
    #expect(costs.map(\.strategy) == [.read, .mmap, .sendfile])
    #expect(costs.map(\.bytes) == [3_999_982, 3_999_982, 3_999_982])
    #expect(costs.allSatisfy { $0.nanoseconds > 0 && $0.systemCalls >= 4 })
    #expect(costs.allSatisfy { $0.usage.userMicroseconds + $0.usage.systemMicroseconds > 0 })
  }

  @Test func theWarmingRoundIsNotCounted() throws {
    let one = try run([0..<1000], [.sendfile], rounds: 1).run { false }
    let three = try run([0..<1000], [.sendfile], rounds: 3).run { false }
    // A probe and a call for each round, and the socket is never full.
    #expect(three[0].systemCalls == 3 * one[0].systemCalls)
    #expect(three[0].bytes == 3 * one[0].bytes)
  }

  @Test func itStopsWhenItIsToldTo() throws {
    let looks = Atomic(0)
    #expect {
      try run([0..<Self.fileBytes], rounds: 1_000_000).run {
        looks.add(1, ordering: .relaxed).newValue > 20
      }
    } throws: {
      if case CopyRun.Failure.cancelled = $0 { true } else { false }
    }
  }

  @Test func itStopsWhenItsTimeIsUp() throws {
    #expect {
      try run([0..<Self.fileBytes], rounds: 1_000_000, milliseconds: 30).run { false }
    } throws: {
      if case CopyRun.Failure.outOfTime = $0 { true } else { false }
    }
  }

  @Test(arguments: [CopyStrategy.read, .sendfile])
  func aFileThatHasShrunkIsAnErrorAndNotAWait(strategy: CopyStrategy) throws {
    let all = run([0..<Self.fileBytes], [strategy])
    try file.truncate(to: 1000)
    #expect {
      try all.run { false }
    } throws: {
      if case CopyRun.Failure.broken = $0 { true } else { false }
    }
  }
}
