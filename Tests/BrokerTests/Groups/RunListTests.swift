import Support
import Testing

@testable import Broker

/// Runs of messages answer as a table with a line for each message would.
@Suite struct RunListTests {
  private static let span: Int64 = 600

  private struct Line: Equatable {
    var attempt: UInt16
    var condition: DeliveryRun.Condition
  }

  private static func run(
    _ range: Range<Int64>, _ attempt: UInt16, _ condition: DeliveryRun.Condition
  ) -> DeliveryRun {
    DeliveryRun(
      offset: range.lowerBound, due: 0, firstDelivery: 0, lastDelivery: 0,
      count: UInt32(range.count), attempt: attempt, condition: condition)
  }

  private static func table(_ list: RunList) -> [Int64: Line] {
    var lines: [Int64: Line] = [:]
    var end: Int64 = -1
    var isInOrder = true
    list.forEach { run in
      if run.offset < end || run.count == 0 { isInOrder = false }
      end = run.end
      for offset in run.range {
        lines[offset] = Line(attempt: run.attempt, condition: run.condition)
      }
    }
    #expect(isInOrder)
    return lines
  }

  @Test(arguments: UInt64(1)...4)
  func anyChangesAddUpToTheTable(seed: UInt64) {
    var random = SeededGenerator(seed)
    var list = RunList()
    var lines: [Int64: Line] = [:]
    for step in 0..<4000 {
      let from = Int64(random.below(Int(RunListTests.span)))
      // Mostly single messages, so that there are many runs; sometimes whole stretches.
      let range = from..<(from + Int64(1 + (random.oneIn(30) ? random.below(200) : 0)))
      if random.below(5) < 2 {
        list.remove(range)
        for offset in range { lines[offset] = nil }
      } else {
        let attempt = UInt16(1 + random.below(3))
        let condition: DeliveryRun.Condition =
          [.leased, .waiting, .dying, .lapsed].randomElement(using: &random)!
        list.put(RunListTests.run(range, attempt, condition))
        for offset in range { lines[offset] = Line(attempt: attempt, condition: condition) }
      }
      if step % 50 == 0 { expect(list, lines, &random) }
    }
    expect(list, lines, &random)
  }

  private func expect(_ list: RunList, _ lines: [Int64: Line], _ random: inout SeededGenerator) {
    #expect(RunListTests.table(list) == lines)
    #expect(list.leased == lines.values.count { $0.condition == .leased })
    #expect(list.waiting == lines.values.count { $0.condition.isFree })
    #expect(list.dying == lines.values.count { $0.condition == .dying })
    #expect(list.messages == lines.count)
    #expect(list.isEmpty == lines.isEmpty)
    #expect(list.first?.offset == lines.keys.min())
    let from = Int64(random.below(Int(RunListTests.span)))
    let range = from..<(from + Int64(1 + random.below(100)))
    var seen: [Int64] = []
    list.forEach(in: range) { run in
      seen += Array(run.range)
      return true
    }
    #expect(seen == lines.keys.filter(range.contains).sorted())
  }

  @Test func aMillionRunsTakeFortyBytesEach() {
    #expect(MemoryLayout<DeliveryRun>.stride == 40)
  }

  @Test func lookingStopsWhenToldTo() {
    var list = RunList()
    for offset in 0..<Int64(1000) { list.put(RunListTests.run(offset..<(offset + 1), 1, .leased)) }
    var seen = 0
    list.forEach(in: 300..<900) { run in
      seen += 1
      return run.offset < 310
    }
    #expect(seen == 11)
  }
}
