import Foundation
import Platform
import Support
import Testing

@testable import Log

/// Logs for which much comes are written apart, in pieces, and nothing else changes by that.
@Suite struct LogTurnsTests {
  typealias Outcome = Result<AppendRequest.Stored, LogError>

  private static let largeBytes = 1 << 20
  private static let patience = 60.0

  private static func batches(_ bytes: Int) -> FramedBatches {
    .of([.small(String(repeating: "x", count: bytes))])
  }

  /// Submits a request; what became of it, and whatever `answered` does, comes on the thread that
  /// has written it.
  private func submit(
    _ bytes: Int, to log: PartitionLog, _ acknowledgement: AppendRequest.Acknowledgement,
    quietly: Bool = false, _ answered: @escaping @Sendable (Outcome) -> Void
  ) {
    log.writer.submit(
      AppendRequest(
        Self.batches(bytes), to: log, acknowledgement: acknowledgement, sink: InlineSink(),
        answered),
      quietly: quietly)
  }

  /// Submits requests of these sizes so that they come together, and gives their outcomes.
  private func together(
    _ sizes: [Int], to log: PartitionLog, _ acknowledgement: AppendRequest.Acknowledgement,
    _ answered: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> [Outcome?] {
    let outcomes = Lock([Outcome?](repeating: nil, count: sizes.count))
    let done = DispatchSemaphore(value: 0)
    for (index, size) in sizes.enumerated() {
      submit(size, to: log, acknowledgement, quietly: true) { outcome in
        answered(index)
        outcomes.withLock { $0[index] = outcome }
        done.signal()
      }
    }
    log.writer.wake()
    for _ in sizes { _ = done.wait(timeout: .now() + Self.patience) }
    return outcomes.withLock { $0 }
  }

  @Test func whatIsSmallDoesNotWaitForWhatIsLarge() throws {
    let test = try TestLog()
    let large = try test.data.openLog("topics/large-0", settings: LogSettings())
    // Where nothing is small, what is large is not written apart.
    test.append([.small("there is something")])
    let gate = DispatchSemaphore(value: 0)
    let begun = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    submit(Self.largeBytes, to: large, .written) { _ in
      begun.signal()
      gate.wait()
    }
    #expect(begun.wait(timeout: .now() + Self.patience) == .success)
    submit(10, to: test.log, .committed) { _ in done.signal() }
    #expect(done.wait(timeout: .now() + Self.patience) == .success)
    // What is small and goes to the same log keeps its place behind what is large.
    let behind = Lock<Outcome?>(nil)
    submit(10, to: large, .written) { outcome in
      behind.withLock { $0 = outcome }
      done.signal()
    }
    submit(10, to: test.log, .committed) { _ in done.signal() }
    #expect(done.wait(timeout: .now() + Self.patience) == .success)
    #expect(behind.withLock { $0 } == nil)
    gate.signal()
    #expect(done.wait(timeout: .now() + Self.patience) == .success)
    #expect(try behind.withLock { $0 }?.get().baseOffset == Offset(1))
    test.data.close()
  }

  @Test func oneTurnTakesNoMoreThanALittleAndIsSyncedForThoseWhoWait() throws {
    let test = try TestLog()
    let log = test.log
    let writtenAtFirstAnswer = Lock<Offset?>(nil)
    let sizes = [Int](repeating: Self.largeBytes, count: 20)
    let outcomes = together(sizes, to: log, .committed) { index in
      if index == 0 { writtenAtFirstAnswer.withLock { $0 = log.frontiers.written } }
    }
    // The first turn may have begun before all of them were there, and has four at the most.
    let written = try #require(writtenAtFirstAnswer.withLock { $0 })
    #expect(written >= Offset(1) && written <= Offset(4))
    #expect(
      outcomes
        == (0..<20).map { .success(AppendRequest.Stored(baseOffset: Offset($0), count: 1)) })
    #expect(log.frontiers.committed == Offset(20))
    #expect(test.files.faults.count(.synchronize, suffix: "0.log") >= 5)
    test.data.close()
  }

  @Test func theDiskBeginsWithWhatIsLargeAndWithAllLogsOfARound() throws {
    let test = try TestLog()
    func begun() -> Int { test.files.faults.count(.beginSynchronizing, suffix: ".log") }
    test.append([.small("alone")])
    #expect(begun() == 0)
    _ = together([Self.largeBytes], to: test.log, .committed)
    #expect(begun() == 1)
    let others = try (0..<3).map {
      try test.data.openLog("topics/other-\($0)", settings: LogSettings())
    }
    try test.data.writer.checkpoint()
    let gate = DispatchSemaphore(value: 0)
    let held = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    // The first answer holds the writer's thread until the others wait to be one round.
    submit(1, to: test.log, .committed) { _ in
      held.signal()
      gate.wait()
    }
    held.wait()
    for log in others { submit(1, to: log, .committed) { _ in done.signal() } }
    gate.signal()
    for _ in others { done.wait() }
    #expect(begun() == 1 + others.count)
    #expect(others.allSatisfy { $0.frontiers.committed == Offset(1) })
    test.data.close()
  }

  @Test func whatIsLargeIsSyncedAfterAWhileAlthoughNobodyWaits() throws {
    let test = try TestLog()
    let outcomes = together([Self.largeBytes, Self.largeBytes], to: test.log, .written)
    #expect(outcomes.allSatisfy { if case .success = $0 { true } else { false } })
    #expect(test.log.frontiers.committed == .zero)
    test.clock.advance(milliseconds: 20)
    while test.log.frontiers.committed == .zero { usleep(1000) }
    #expect(test.log.frontiers.committed == Offset(2))
    test.data.close()
  }

  @Test func whatIsAskedOfTheWriterWaitsForWhatCameBefore() throws {
    let test = try TestLog()
    for _ in 0..<10 { submit(Self.largeBytes, to: test.log, .written) { _ in } }
    try test.data.writer.checkpoint()
    #expect(test.log.frontiers.committed == Offset(10))
    #expect(test.data.writer.queuedBytes == 0)
    for _ in 0..<10 { submit(Self.largeBytes, to: test.log, .written) { _ in } }
    try test.data.writer.roll(test.log)
    #expect(try test.log.describeSegments().map(\.baseOffset) == [.zero, Offset(20)])
    for _ in 0..<10 { submit(Self.largeBytes, to: test.log, .committed) { _ in } }
    let next = try test.reopened()
    #expect(next.log.frontiers.committed == Offset(30))
    next.data.close()
  }

  @Test(arguments: [Faults.Call.synchronize, .beginSynchronizing, .waitForWriting])
  func aSyncThatFailsInATurnIsNotTriedAgain(call: Faults.Call) throws {
    let test = try TestLog()
    test.append([.small("kept")])
    test.files.faults.fail(call, suffix: ".log", code: EIO)
    test.resetCounts()
    let sizes = [Int](repeating: Self.largeBytes, count: 12)
    let outcomes = together(sizes, to: test.log, .committed)
    let reason = try #require(test.data.writer.whyOffline)
    #expect(outcomes.allSatisfy { $0 == .failure(.offline(reason: reason)) })
    test.files.faults.clear()
    #expect(throws: LogError.offline(reason: reason)) { try test.data.writer.checkpoint() }
    #expect(test.files.faults.count(call, suffix: ".log") == 1)
    #expect(test.log.frontiers.committed == Offset(1))
    #expect(test.data.writer.queuedBytes == 0)
    test.data.close()
    #expect(!test.files.exists(test.directory.path("clean-shutdown")))
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func everyLogKeepsItsOrderAndNoAnswerComesTooEarly(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let test = try TestLog(LogSettings(segmentBytes: 3 << 20))
    let logs =
      [test.log]
      + (try (1..<4).map {
        try test.data.openLog(
          "topics/other-\($0)",
          settings: LogSettings(durability: $0 == 1 ? .memory : .disk, segmentBytes: 5 << 20))
      })
    var next = [Int64](repeating: 0, count: logs.count)
    let wrong = Lock<[String]>([])
    let done = DispatchSemaphore(value: 0)
    for step in 0..<300 {
      let number = random.below(logs.count)
      let log = logs[number]
      let expected = Offset(next[number])
      next[number] += 1
      let bytes = random.oneIn(5) ? random.below(1_500_000) : random.below(2000)
      let acknowledgement: AppendRequest.Acknowledgement =
        random.oneIn(2) ? .written : .committed
      submit(bytes, to: log, acknowledgement, quietly: random.oneIn(2)) { outcome in
        let stored = try? outcome.get()
        let reached =
          acknowledgement == .committed ? log.frontiers.committed : log.frontiers.written
        if stored?.baseOffset != expected || reached < expected + 1 {
          wrong.withLock { $0.append("step \(step): \(outcome), \(reached), not \(expected)") }
        }
        done.signal()
      }
      if random.oneIn(60) { try test.data.writer.checkpoint() }
      if random.oneIn(20) { test.clock.advance(milliseconds: 20) }
    }
    test.data.writer.wake()
    for _ in 0..<300 { #expect(done.wait(timeout: .now() + Self.patience) == .success) }
    #expect(wrong.withLock { $0 } == [])
    #expect(test.data.writer.queuedBytes == 0)
    try test.data.writer.checkpoint()
    #expect(logs.map(\.frontiers.committed) == next.map { Offset($0) })
    #expect(try test.readAll().flatMap(\.offsets) == (0..<next[0]).map { $0 })
    let left = try test.crashed()
    #expect(try left.readAll().flatMap(\.offsets) == (0..<next[0]).map { $0 })
    for one in [test, left] { one.data.close() }
  }
}
