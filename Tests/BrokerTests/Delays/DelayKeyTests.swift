import Testing

@testable import Broker

/// Ids, levels and marks: the small parts.
@Suite struct DelayKeyTests {
  @Test func anIdIsTheKeyAndNothingElseIs() {
    let keys = [
      DelayKey(due: 0, number: 0), DelayKey(due: 1_767_225_660_000, number: 42),
      DelayKey(due: .max, number: .max),
    ]
    for key in keys { #expect(DelayKey(id: key.id) == key) }
    let others = [
      "", "-", "1", "1-", "-1", "+1-1", "1-+1", "01-1", "1-01", "A-1", "1-1-1", "g-1", "1 -1",
      "-1-1", "10000000000000000-0", "0-10000000000000000",
    ]
    for text in others { #expect(DelayKey(id: text) == nil, "\(text)") }
  }

  @Test func keysAreOrderedByTimeThenNumber() {
    let ordered = [
      DelayKey.lowest, DelayKey(due: 1, number: 9), DelayKey(due: 2, number: 0),
      DelayKey(due: 2, number: 1), DelayKey.highest,
    ]
    #expect(ordered.shuffled().sorted() == ordered)
    #expect(DelayKey(due: 2, number: 0).previous == DelayKey(due: 1, number: .max))
    #expect(DelayKey(due: 1, number: .max).next == DelayKey(due: 2, number: 0))
    #expect(DelayKey(due: 2, number: 0).next.previous == DelayKey(due: 2, number: 0))
  }

  @Test func theFurtherTheWider() {
    // At noon of a bucket of 30 days' first day.
    let now: Int64 = 656 * 30 * 86_400_000 + 43_200_000
    let cases: [(delay: Int64, level: Int)] = [
      (1, 0), (60_000, 0), (3_600_000, 1), (40_000_000, 1), (86_400_000, 2),
      (29 * 86_400_000, 2), (30 * 86_400_000, 3), (3650 * 86_400_000, 3), (-1, 0), (-60_000, 0),
      (-3_500_000, 0), (-7_200_000, 1), (-3 * 86_400_000, 3),
    ]
    for (delay, level) in cases {
      #expect(DelayLevel.arrival(of: now + delay, now: now).number == level, "\(delay)")
    }
  }

  /// Whatever comes for the same stretch of time at the same time goes to the same bucket, and no
  /// bucket takes anything once it is about to be split.
  @Test func bucketsOfOneMomentDoNotOverlap() {
    let now: Int64 = 1_700_000_012_345
    var ranges: [Range<Int64>: Int] = [:]
    var due = now - 100 * 86_400_000
    while due < now + 100 * 86_400_000 {
      let level = DelayLevel.arrival(of: due, now: now)
      let start = level.start(of: due)
      ranges[start..<(start + level.widthMilliseconds)] = level.number
      if level.number > 0, start > now { #expect(start - now > level.leadMilliseconds) }
      due += 977_777
    }
    let sorted = ranges.keys.sorted { $0.lowerBound < $1.lowerBound }
    for (left, right) in zip(sorted, sorted.dropFirst()) {
      #expect(left.upperBound <= right.lowerBound, "\(left) \(right)")
    }
  }

  @Test func marksAreBits() {
    var marks = DelayMarks()
    #expect(!marks.contains(1000))
    let fresh = [1000, 1000, 0, 63].map { marks.insert($0) }
    #expect(fresh == [true, false, true, true])
    #expect(marks.count == 3)
    #expect(marks.contains(63) && !marks.contains(62) && !marks.contains(64))
    #expect(DelayMarks(words: marks.words) == marks)
  }

  @Test func anEntryIsReadAsItWasWritten() {
    let entry = DelayEntry(
      key: DelayKey(due: 1_767_225_660_000, number: .max - 1), topic: 3, partition: 1023,
      file: .max, position: 1 << 40, size: Int(UInt32.max))
    withUnsafeTemporaryAllocation(byteCount: DelayEntry.bytes, alignment: 1) { memory in
      entry.write(to: memory.baseAddress!)
      #expect(DelayEntry(memory.baseAddress!) == entry)
    }
  }
}
