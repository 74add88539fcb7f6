import Testing

@testable import Broker

/// How far a group has come, by the clock.
@Suite struct ProgressTests {
  private static func lease(
    _ range: Range<Int64>, attempt: UInt16 = 1, until due: Int64
  ) -> ProgressChange {
    .run(
      DeliveryRun(
        offset: range.lowerBound, due: due, firstDelivery: 1, lastDelivery: 1,
        count: UInt32(range.count), attempt: attempt, condition: .leased))
  }

  private static func leased(_ range: Range<Int64>, until due: Int64) -> Progress {
    var progress = Progress(next: range.lowerBound)
    progress.apply(lease(range, until: due))
    progress.apply(.begun(upTo: range.upperBound))
    return progress
  }

  @Test func aLeaseEndsAtItsEndAndNotBefore() {
    var progress = ProgressTests.leased(0..<10, until: 100)
    #expect(progress.nextDue == 100)
    #expect(progress.advance(to: 99, attemptsMax: 3) == 0)
    #expect(progress.takeReady() == nil)
    #expect(progress.advance(to: 100, attemptsMax: 3) == 10)
    #expect(progress.takeReady()?.range == 0..<10)
    #expect(progress.takeReady() == nil)
  }

  @Test func aReceiptCountsUntilItsMessageIsDeliveredAnew() {
    var progress = ProgressTests.leased(0..<4, until: 100)
    #expect(progress.standing(1..<2, attempt: 1, epoch: 0) == .current)
    _ = progress.advance(to: 100, attemptsMax: 3)
    #expect(progress.standing(1..<2, attempt: 1, epoch: 0) == .current)
    progress.apply(ProgressTests.lease(1..<2, attempt: 2, until: 200))
    #expect(progress.standing(1..<2, attempt: 1, epoch: 0) == .stale)
    #expect(progress.standing(1..<2, attempt: 2, epoch: 0) == .current)
    #expect(progress.standing(0..<4, attempt: 1, epoch: 0) == .stale)
    progress.apply(.done(1..<2))
    #expect(progress.standing(1..<2, attempt: 2, epoch: 0) == .done)
    #expect(progress.standing(4..<5, attempt: 1, epoch: 0) == .stale)
  }

  @Test func aSeekVoidsEverything() {
    var progress = ProgressTests.leased(0..<4, until: 100)
    progress.apply(.sought(epoch: 1, next: 2))
    #expect(progress.floor == 2)
    #expect(progress.runs.isEmpty)
    #expect(progress.standing(0..<2, attempt: 1, epoch: 0) == .stale)
    #expect(progress.advance(to: 1000, attemptsMax: 1) == 0)
    #expect(progress.takeReady() == nil)
  }

  @Test func theLastDeliveryEndsInDeath() {
    var progress = ProgressTests.leased(0..<2, until: 100)
    progress.apply(ProgressTests.lease(1..<2, attempt: 3, until: 100))
    #expect(progress.advance(to: 100, attemptsMax: 3) == 2)
    #expect(progress.takeReady()?.range == 0..<1)
    #expect(progress.takeReady() == nil)
    #expect(progress.runs.dying == 1)
    #expect(progress.standing(1..<2, attempt: 3, epoch: 0) == .stale)
  }

  @Test func whatWasPutBackComesFirstAndIsNotDoubled() {
    var progress = ProgressTests.leased(0..<10, until: 100)
    _ = progress.advance(to: 100, attemptsMax: 3)
    let taken = progress.takeReady()!
    progress.putBack(taken.cut(to: 6..<10))
    progress.putBack(taken.cut(to: 0..<3))
    progress.apply(ProgressTests.lease(3..<6, attempt: 2, until: 300))
    #expect(progress.takeReady()?.range == 0..<3)
    #expect(progress.takeReady()?.range == 6..<10)
    #expect(progress.takeReady() == nil)
  }

  @Test func anExtendedLeaseEndsAtItsNewEndAndNotBefore() {
    var progress = ProgressTests.leased(0..<32, until: 100)
    for offset in stride(from: Int64(0), to: 32, by: 2) {
      progress.apply(ProgressTests.lease(offset..<(offset + 1), until: 200))
    }
    #expect(progress.advance(to: 100, attemptsMax: 3) == 16)
    #expect(progress.advance(to: 199, attemptsMax: 3) == 0)
    #expect(progress.nextDue == 200)
    #expect(progress.advance(to: 200, attemptsMax: 3) == 16)
    #expect(progress.nextDue == nil)
    #expect(progress.runs.waiting == 32)
  }

  /// A lease that is cut short and then extended ends once, at the end it was given last.
  @Test func aLeaseOfManyEndsEndsOnce() {
    var progress = ProgressTests.leased(0..<4, until: 100)
    for due: Int64 in [50, 200, 150, 300] { progress.apply(ProgressTests.lease(0..<4, until: due)) }
    #expect(progress.advance(to: 299, attemptsMax: 3) == 0)
    #expect(progress.takeReady() == nil)
    #expect(progress.advance(to: 1000, attemptsMax: 3) == 4)
    let taken = progress.takeReady()
    #expect(taken?.range == 0..<4)
    progress.apply(ProgressTests.lease(0..<4, attempt: 2, until: 2000))
    #expect(progress.takeReady() == nil)
  }

  /// What stands beside the extended one waits for its own end.
  @Test func anExtensionThatReachesFartherIsOneOfItsOwn() {
    var progress = ProgressTests.leased(0..<4, until: 100)
    progress.apply(ProgressTests.lease(2..<6, until: 200))
    progress.apply(.begun(upTo: 6))
    #expect(progress.advance(to: 100, attemptsMax: 3) == 2)
    #expect(progress.advance(to: 200, attemptsMax: 3) == 4)
    var taken: [Int64] = []
    while let run = progress.takeReady() { taken += run.range }
    #expect(taken.sorted() == [0, 1, 2, 3, 4, 5])
  }

  /// A worker that holds its messages for hours takes no more memory than one that is quick.
  @Test func extensionsLeaveNoMomentsBehind() {
    var progress = Progress(next: 0)
    for offset in 0..<Int64(100) {
      progress.apply(ProgressTests.lease(offset..<(offset + 1), until: 100))
    }
    for due: Int64 in 101..<200 {
      for offset in 0..<Int64(100) {
        progress.apply(ProgressTests.lease(offset..<(offset + 1), until: due))
      }
    }
    #expect(progress.moments == 1)
    #expect(progress.advance(to: 198, attemptsMax: 3) == 0)
    #expect(progress.moments == 1)
    #expect(progress.advance(to: 199, attemptsMax: 3) == 100)
  }

  @Test func messagesBegunInTheSameMillisecondHaveOneMoment() {
    var progress = Progress(next: 0)
    for offset in 0..<Int64(1000) {
      progress.apply(ProgressTests.lease(offset..<(offset + 1), until: 100 + offset / 100))
      progress.apply(.begun(upTo: offset + 1))
    }
    #expect(progress.moments == 10)
    // Done, and extended, in the midst of others.
    progress.apply(.done(150..<151))
    progress.apply(ProgressTests.lease(250..<251, until: 200))
    #expect(progress.nextDue == 100)
    #expect(progress.advance(to: 101, attemptsMax: 3) == 199)
    #expect(progress.advance(to: 199, attemptsMax: 3) == 799)
    #expect(progress.moments == 1 && progress.nextDue == 200)
    #expect(progress.advance(to: 200, attemptsMax: 3) == 1)
    var taken: [Int64] = []
    while let run = progress.takeReady() { taken += run.range }
    #expect(taken.sorted() == (0..<1000).filter { $0 != 150 })
  }

  /// Moments that nothing waits for any more are dropped, and none that something waits for.
  @Test func manyEarlyAcksLeaveNoMomentsBehind() {
    var progress = Progress(next: 0)
    for offset in 0..<Int64(20_000) {
      progress.apply(ProgressTests.lease(offset..<(offset + 1), until: 1000 + offset))
      progress.apply(.begun(upTo: offset + 1))
      if offset % 100 != 0 { progress.apply(.done(offset..<(offset + 1))) }
    }
    #expect(progress.runs.messages == 200)
    #expect(progress.advance(to: 100_000, attemptsMax: 3) == 200)
    var freed = 0
    while progress.takeReady() != nil { freed += 1 }
    #expect(freed == 200)
  }

  /// What had been ready, and was held on to after all, ends as any other lease.
  @Test func aLateExtensionEndsHoweverManyMomentsAreForgotten() {
    var progress = ProgressTests.leased(0..<1, until: 100)
    #expect(progress.advance(to: 100, attemptsMax: 3) == 1)
    progress.apply(ProgressTests.lease(0..<1, until: 10_000))
    for offset in 1..<Int64(3000) {
      progress.apply(ProgressTests.lease(offset..<(offset + 1), until: 20_000))
      progress.apply(.begun(upTo: offset + 1))
      progress.apply(.done(offset..<(offset + 1)))
    }
    #expect(progress.advance(to: 10_000, attemptsMax: 3) == 1)
    #expect(progress.takeReady()?.range == 0..<1)
  }

  /// A group that keeps the order never asks for what has waited longest.
  @Test func whatIsReadyAndNeverTakenDoesNotPileUp() {
    var progress = ProgressTests.leased(0..<2, until: 1)
    for now in 1..<Int64(20_000) {
      _ = progress.advance(to: now, attemptsMax: .max)
      progress.apply(ProgressTests.lease(0..<1, attempt: 2, until: now + 1))
    }
    #expect(progress.ready.count < 2000)
    #expect(progress.advance(to: 20_000, attemptsMax: .max) == 1)
    var taken: [Int64] = []
    while let run = progress.takeReady() { taken += run.range }
    #expect(taken.sorted() == [0, 1])
  }
}
