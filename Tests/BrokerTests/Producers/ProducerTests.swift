import Foundation
import Platform
import Support
import Testing

@testable import Broker
@testable import Log

/// Numbered requests over several partitions, as the broker takes them.
@Suite struct ProducerTests {
  @Test func requestsGoInOrderAndRepeatsGetTheFirstAnswer() throws {
    let world = try ProducerWorld()
    let first = try world.send(1, 0, [0: 2, 1: 1])
    #expect(first.isWhole && !first.isDuplicate)
    #expect(try world.send(1, 2).refusal == .sequenceGap(expected: 1))
    #expect(try world.send(1, 1, [1: 3]).isWhole)
    let again = try world.send(1, 0, [0: 2, 1: 1])
    #expect(again.isDuplicate && again.places == first.places)
    #expect(try world.send(1, 0, epoch: 4).isWhole)
    #expect(try world.send(1, 2).refusal == .log(.producerFenced(epoch: 4)))
    #expect(try world.send(2, 5).refusal == .sequenceGap(expected: 0))
    #expect(world.counts == [3, 4])
    let counted = world.metrics.producers
    #expect(counted.duplicates.value == 1 && counted.gaps.value == 2 && counted.fenced.value == 1)
    world.data.close()
  }

  @Test func aRepeatThatIsTooOldIsRefusedAndNotStored() throws {
    let world = try ProducerWorld()
    for sequence: Int32 in 0..<8 { #expect(try world.send(1, sequence).isWhole) }
    #expect(try world.send(1, 3).isDuplicate)
    #expect(try world.send(1, 2).refusal == .log(.sequenceTooOld(last: 7)))
    // One part of it is remembered where less has come since.
    #expect(try world.send(2, 0, [0: 1, 1: 1]).isWhole)
    for sequence: Int32 in 1..<7 { #expect(try world.send(2, sequence).isWhole) }
    #expect(try world.send(2, 0, [0: 1, 1: 1]).refusal == .log(.sequenceTooOld(last: 6)))
    #expect(world.counts == [15, 1])
    #expect(world.metrics.producers.refusedRepeats.value == 2)
    world.data.close()
  }

  @Test func anotherRequestUnderTheSameNumberIsRefused() throws {
    let world = try ProducerWorld()
    #expect(try world.send(1, 0, [0: 3]).isWhole)
    #expect(try world.send(1, 0, [0: 2]).refusal == .log(.sequenceReused(count: 3)))
    #expect(try world.send(1, 0, [0: 4]).refusal == .log(.sequenceReused(count: 3)))
    #expect(world.counts == [3, 0])
    world.data.close()
  }

  @Test func recordsWithoutKeysGoRoundAndComeBackToTheirFirstCopy() throws {
    let world = try ProducerWorld(partitions: 3)
    var places: [Int] = []
    for sequence: Int32 in 0..<6 {
      let first = try world.send(9, sequence, [nil: 2])
      // Others take their turns in between.
      _ = try world.send(Int64(100 + sequence), 0, [nil: 1])
      let again = try world.send(9, sequence, [nil: 2])
      #expect(again.isDuplicate && again.places == first.places)
      places += first.places.keys
    }
    #expect(places == [0, 1, 2, 0, 1, 2])
    world.data.close()
  }

  @Test func aRepeatOfARequestUnderWayWaitsForIt() throws {
    let world = try ProducerWorld()
    let requests = try (0..<20).map { _ in try world.begin(1, 0, [0: 1, 1: 2]) }
    let answers = world.finish(requests)
    #expect(answers.map(\.isDuplicate) == [false] + Array(repeating: true, count: 19))
    #expect(Set(answers.map(\.places)).count == 1)
    #expect(world.counts == [1, 2])
    world.data.close()
  }

  @Test func whatComesNextWaitsForWhatIsUnderWay() throws {
    let world = try ProducerWorld()
    let answers = world.finish(try (0..<10).map { try world.begin(1, Int32($0)) })
    #expect(answers.allSatisfy { $0.isWhole && !$0.isDuplicate })
    #expect(answers.map { $0.stored[0]?.base } == (0..<10).map { Int64($0) })
    world.fill(0)
    let failing = world.finish([try world.begin(1, 10), try world.begin(1, 11)])
    #expect(failing[0].failed == [0: .outOfSpace])
    #expect(failing[1].refusal == .sequenceGap(expected: 10))
    world.files.faults.clear()
    #expect(try world.send(1, 10).stored[0]?.base == 10)
    world.data.close()
  }

  @Test func tooManyThatWaitAreRefused() throws {
    let world = try ProducerWorld()
    let max = ProducerSessions.waitingMax
    let answers = world.finish(try (0..<(max + 2)).map { try world.begin(1, Int32($0)) })
    #expect(answers[max].isWhole)
    #expect(answers[max + 1].refusal == .tooManyInFlight(max: max))
    #expect(try world.send(1, Int32(max + 1)).isWhole)
    world.data.close()
  }

  @Test func aPartThatFailedIsStoredWithTheRepeat() throws {
    let world = try ProducerWorld()
    #expect(try world.send(1, 0, [0: 1, 1: 1]).isWhole)
    world.fill(1)
    let half = try world.send(1, 1, [0: 2, 1: 3])
    #expect(half.stored[0]?.base == 1 && half.failed == [1: .outOfSpace])
    #expect(try world.send(1, 2).refusal == .sequenceGap(expected: 1))
    let still = try world.send(1, 1, [0: 2, 1: 3])
    #expect(still.stored[0]?.isDuplicate == true && still.failed == [1: .outOfSpace])
    world.files.faults.clear()
    // Not what came first.
    #expect(try world.send(1, 1, [0: 3, 1: 3]).refusal == .log(.sequenceReused(count: 2)))
    let whole = try world.send(1, 1, [0: 2, 1: 3])
    #expect(whole.isWhole && !whole.isDuplicate)
    #expect(whole.places == [0: [1, 2], 1: [1, 3]])
    #expect(try world.send(1, 1, [0: 2, 1: 3]).isDuplicate)
    #expect(try world.send(1, 2).isWhole)
    #expect(world.counts == [4, 4])
    world.data.close()
  }

  // MARK: - Restarts

  /// Stores a request in one partition only, as a crash between the two would leave it.
  private func storeHalf(
    _ world: ProducerWorld, _ id: Int64, _ sequence: Int32, partition: Int
  ) throws {
    world.fill(1 - partition)
    let half = try world.send(id, sequence, [0: 1, 1: 1])
    #expect(half.stored.keys.sorted() == [partition])
    world.files.faults.clear()
  }

  @Test(arguments: [0, 1])
  func aCrashBetweenTwoPartitionsIsMendedByTheRepeat(partition: Int) throws {
    let world = try ProducerWorld()
    #expect(try world.send(1, 0, [0: 1, 1: 1]).isWhole)
    try storeHalf(world, 1, 1, partition: partition)
    let next = try world.killed()
    let mended = try next.send(1, 1, [0: 1, 1: 1])
    #expect(mended.isWhole && mended.places == [0: [1, 1], 1: [1, 1]])
    #expect(mended.stored[partition]?.isDuplicate == true && !mended.isDuplicate)
    #expect(try next.send(1, 1, [0: 1, 1: 1]).isDuplicate)
    #expect(try next.send(1, 2, [0: 1, 1: 1]).isWhole)
    #expect(next.counts == [3, 3])
    next.data.close()
  }

  @Test func afterARestartTheLogsSayWhatComesNext() throws {
    let world = try ProducerWorld(partitions: 3)
    let answers = try (0..<4).map { try world.send(1, Int32($0), epoch: 2, [$0 % 3: 1]) }
    let next = try world.killed()
    #expect(try next.send(1, 5, epoch: 2).refusal == .sequenceGap(expected: 4))
    #expect(try next.send(1, 0, epoch: 1).refusal == .log(.producerFenced(epoch: 2)))
    for (sequence, first) in answers.enumerated() {
      let again = try next.send(1, Int32(sequence), epoch: 2, [sequence % 3: 1])
      #expect(again.isDuplicate && again.places == first.places)
    }
    #expect(try next.send(1, 4, epoch: 2).isWhole)
    next.data.close()
  }

  @Test func aRequestThatOnlyThePageCacheHadIsAskedForAgain() throws {
    let world = try ProducerWorld()
    #expect(try world.send(1, 0).isWhole)
    let path = "topics/t-0/00000000000000000000.log"
    let synced = try DiskFile(world.directory.path(path), .read).size()
    #expect(try world.send(1, 1, acks: .written).isWhole)
    // The power went.
    let next = try world.killed { left in
      try DiskFile(left.path(path), .readWrite).truncate(to: synced)
    }
    #expect(try next.send(1, 2).refusal == .sequenceGap(expected: 1))
    let again = try next.send(1, 1)
    #expect(again.isWhole && !again.isDuplicate && again.stored[0]?.base == 1)
    next.data.close()
  }

  @Test func aRepeatFindsItsRecordsAfterTheTopicHasGrown() throws {
    let world = try ProducerWorld(partitions: 1)
    let keys = (0..<20).map { "key \($0)" }
    let first = try world.send(1, 0, [:], keys: keys)
    try world.grow(to: 4)
    let again = try world.send(1, 0, [:], keys: keys)
    #expect(again.isDuplicate && again.places == first.places)
    #expect(try world.send(1, 1, [:], keys: keys).stored.count == 4)
    #expect(world.counts.reduce(0, +) == 40)
    let next = try world.killed()
    #expect(try next.send(1, 0, [:], keys: keys).isDuplicate)
    #expect(try next.send(1, 1, [:], keys: keys).isDuplicate)
    next.data.close()
  }

  // MARK: - Forgetting

  @Test func anExpiredProducerBeginsAnew() throws {
    let world = try ProducerWorld(limits: ProducerLimits(expiryMilliseconds: 1000))
    for sequence: Int32 in 0..<3 { #expect(try world.send(1, sequence).isWhole) }
    world.clock.advance(milliseconds: 999)
    #expect(try world.send(1, 2).isDuplicate)
    world.clock.advance(milliseconds: 1)
    #expect(try world.send(1, 3).refusal == .sequenceGap(expected: 0))
    #expect(try !world.send(1, 0).isDuplicate)
    #expect(try world.send(1, 0).isDuplicate)
    world.data.close()
  }

  /// The other partition does not know the producer, but may have forgotten it: no second copy.
  @Test func aPartThatMayHaveBeenForgottenIsNotStoredAgain() throws {
    let world = try ProducerWorld(limits: ProducerLimits(countMax: 3))
    #expect(try world.send(1, 0, [0: 1, 1: 1]).isWhole)
    for id: Int64 in 10..<14 { #expect(try world.send(id, 0, [1: 1]).isWhole) }
    let next = try world.killed()
    #expect(try next.send(1, 0, [0: 1, 1: 1]).refusal == .log(.sequenceTooOld(last: 0)))
    #expect(next.counts == [1, 5])
    next.data.close()
  }

  /// It has forgotten others, but nobody who came after the request.
  @Test func aPartThatWasNeverThereIsStoredThoughOthersWereForgotten() throws {
    let world = try ProducerWorld(limits: ProducerLimits(countMax: 3))
    for id: Int64 in 10..<15 { #expect(try world.send(id, 0, [0: 1, 1: 1]).isWhole) }
    world.clock.advance(milliseconds: 10)
    try world.data.writer.checkpoint()
    try storeHalf(world, 1, 0, partition: 0)
    let next = try world.killed()
    #expect(try next.send(1, 0, [0: 1, 1: 1]).isWhole)
    #expect(next.counts == [6, 6])
    next.data.close()
  }

  @Test func manyProducersDoNotStayForEver() throws {
    let world = try ProducerWorld(limits: ProducerLimits(countMax: 10))
    for id: Int64 in 0..<50 { #expect(try world.send(id, 0).isWhole) }
    #expect(world.metrics.producers.remembered.value == 10)
    for id: Int64 in 40..<50 { #expect(try world.send(id, 0).isDuplicate) }
    #expect(try world.send(39, 1).refusal == .sequenceGap(expected: 0))
    world.data.close()
  }
}
