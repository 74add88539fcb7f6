import Platform
import Support
import Testing

@testable import Log

@Suite struct ProducerTableTests {
  private static func request(_ sequence: Int32, count: Int32 = 1) -> RememberedRequest {
    RememberedRequest(
      sequence: sequence, count: count, baseOffset: Offset(Int64(sequence) * 10),
      timestamp: 1000 + Int64(sequence))
  }

  private static func stamp(_ id: Int64, _ epoch: Int16, _ sequence: Int32) -> ProducerStamp {
    ProducerStamp(id: id, epoch: epoch, sequence: sequence)
  }

  /// A table in which producer 1 has sent so many requests in epoch 3.
  private static func table(through last: Int32, limits: ProducerLimits = ProducerLimits())
    -> ProducerTable
  {
    var table = ProducerTable(limits: limits)
    for sequence in 0...last {
      table.remember(request(sequence), of: stamp(1, 3, sequence), now: 0)
    }
    return table
  }

  @Test func theLastFiveRequestsAreRemembered() throws {
    let table = Self.table(through: 11)
    for sequence: Int32 in 7...11 {
      let first = try table.firstCopy(of: Self.stamp(1, 3, sequence), count: 1, now: 0)
      #expect(first == Self.request(sequence))
    }
    for sequence: Int32 in [0, 6] {
      #expect(throws: LogError.sequenceTooOld(last: 11)) {
        try table.firstCopy(of: Self.stamp(1, 3, sequence), count: 1, now: 0)
      }
    }
    #expect(try table.firstCopy(of: Self.stamp(1, 3, 12), count: 1, now: 0) == nil)
    // The topic's other partitions may have what is left out here.
    #expect(try table.firstCopy(of: Self.stamp(1, 3, 99), count: 1, now: 0) == nil)
  }

  @Test func anotherRequestUnderTheSameNumberIsNoRepeat() throws {
    let table = Self.table(through: 2)
    #expect(throws: LogError.sequenceReused(count: 1)) {
      try table.firstCopy(of: Self.stamp(1, 3, 2), count: 2, now: 0)
    }
    // Without records it only asks.
    #expect(try table.firstCopy(of: Self.stamp(1, 3, 2), count: 0, now: 0) == Self.request(2))
  }

  @Test func aLaterEpochFencesTheEarlierOff() throws {
    var table = Self.table(through: 4)
    #expect(throws: LogError.producerFenced(epoch: 3)) {
      try table.firstCopy(of: Self.stamp(1, 2, 5), count: 1, now: 0)
    }
    #expect(try table.firstCopy(of: Self.stamp(1, 4, 0), count: 1, now: 0) == nil)
    table.remember(Self.request(0), of: Self.stamp(1, 4, 0), now: 0)
    #expect(throws: LogError.producerFenced(epoch: 4)) {
      try table.firstCopy(of: Self.stamp(1, 3, 4), count: 1, now: 0)
    }
    #expect(table.entry(of: 1, now: 0)?.requests.count == 1)
  }

  @Test func whoIsSilentForTooLongBeginsAnew() throws {
    var table = Self.table(through: 4, limits: ProducerLimits(expiryMilliseconds: 100))
    #expect(table.entry(of: 1, now: 99) != nil)
    #expect(table.entry(of: 1, now: 100) == nil)
    #expect(try table.firstCopy(of: Self.stamp(1, 0, 2), count: 1, now: 100) == nil)
    table.remember(Self.request(0), of: Self.stamp(1, 3, 0), now: 100)
    #expect(table.entry(of: 1, now: 199)?.requests == RequestWindow(Self.request(0)))
    #expect(table.forgottenThrough == nil)
    table.forget(now: 200)
    #expect(table.count == 0 && table.forgottenThrough == 100)
  }

  @Test func theLongestSilentOfTooManyIsForgotten() {
    var table = ProducerTable(limits: ProducerLimits(countMax: 3))
    for (moment, id) in [1, 2, 3, 1, 4, 2, 5].enumerated() {
      table.remember(
        Self.request(Int32(moment)), of: Self.stamp(Int64(id), 0, Int32(moment)),
        now: Int64(moment))
      table.forget(now: Int64(moment))
    }
    var left: [Int64] = []
    table.forEach { id, _ in left.append(id) }
    // 2 was forgotten for 4 and came anew; then 3 went for it, and 1 for 5.
    #expect(left == [4, 2, 5])
    #expect(table.forgottenThrough == 3)
  }

  @Test func aChangeTakenBackLeavesNothing() {
    var table = Self.table(through: 4)
    let before = table.entry(of: 1, now: 0)
    let changes = [
      table.remember(Self.request(5), of: Self.stamp(1, 3, 5), now: 1),
      table.remember(Self.request(0), of: Self.stamp(1, 4, 0), now: 1),
      table.remember(Self.request(0), of: Self.stamp(2, 0, 0), now: 1),
    ]
    for change in changes.reversed() { table.takeBack(change) }
    #expect(table.entry(of: 1, now: 0) == before)
    #expect(table.count == 1)
  }

  private static func content(_ table: ProducerTable) -> [String] {
    var lines: [String] = ["\(table.forgottenThrough ?? -1)"]
    table.forEach { lines.append("\($0) \($1)") }
    return lines
  }

  /// A table made by random requests, many of whose producers were forgotten.
  private static func random(_ seed: UInt64) -> ProducerTable {
    var random = SeededGenerator(seed)
    var table = ProducerTable(limits: ProducerLimits(countMax: 20, expiryMilliseconds: 500))
    for moment in 0..<Int64(400) {
      let id = Int64(random.below(40))
      let epoch = Int16(random.below(2))
      table.remember(
        RememberedRequest(
          sequence: Int32(moment), count: Int32(1 + random.below(9)), baseOffset: Offset(moment),
          timestamp: Int64(truncatingIfNeeded: random.next())),
        of: stamp(id, epoch, Int32(moment)), now: moment)
      if random.oneIn(3) { table.forget(now: moment) }
    }
    table.forget(now: 400)
    return table
  }

  @Test(arguments: UInt64(1)...5)
  func aFileGivesTheTableBack(seed: UInt64) throws {
    let table = Self.random(seed)
    let file = table.encoded(through: Offset(1000), now: 77)
    let back = try #require(
      ProducerTable(file.bytes, limits: table.limits, logEnd: Offset(1000)))
    #expect(Self.content(back) == Self.content(table))
    #expect(back.savedThrough == Offset(1000) && back.savedMilliseconds == 77)
    #expect(back.encoded(through: Offset(1000), now: 77).array == file.array)
  }

  @Test func aFileThatIsDamagedAnywhereIsNotBelieved() {
    let table = Self.random(9)
    let sound = table.encoded(through: Offset(1000), now: 77).array
    func isBelieved(_ bytes: [UInt8]) -> Bool {
      bytes.withUnsafeBytes {
        ProducerTable($0, limits: table.limits, logEnd: Offset(1000)) != nil
      }
    }
    var believed: [Int] = []
    for place in sound.indices {
      var bytes = sound
      bytes[place] ^= 1 << UInt8(place % 8)
      if isBelieved(bytes) || isBelieved(Array(sound[..<place])) { believed.append(place) }
    }
    #expect(believed == [])
    #expect(!isBelieved(sound + [0]))
    #expect(isBelieved(sound))
  }

  @Test func aFileThatIsAheadOfTheLogIsNotBelieved() {
    let file = Self.table(through: 4).encoded(through: Offset(50), now: 0)
    #expect(ProducerTable(file.bytes, limits: ProducerLimits(), logEnd: Offset(49)) == nil)
    #expect(ProducerTable(file.bytes, limits: ProducerLimits(), logEnd: Offset(50)) != nil)
  }
}
