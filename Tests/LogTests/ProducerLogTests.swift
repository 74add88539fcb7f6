import Foundation
import Platform
import Support
import Testing

@testable import Log

/// A log stores what a producer has numbered once.
@Suite struct ProducerLogTests {
  typealias Outcome = Result<AppendRequest.Stored, LogError>

  private static func isDuplicate(_ outcome: Outcome, of first: Outcome) throws -> Bool {
    let (again, stored) = (try outcome.get(), try first.get())
    return again.isDuplicate && !stored.isDuplicate && again.baseOffset == stored.baseOffset
      && again.count == stored.count
  }

  @Test func aRepeatGetsTheFirstAnswerAndWritesNothing() throws {
    let test = try TestLog()
    let first = test.produce(7, 0, ["a", "b", nil])
    test.append([.small("between")])
    let bytes = test.log.bytes
    let appended = test.metrics.appendedRecords.value
    for again in [test.produce(7, 0, ["a", "b", nil]), test.produce(7, 0, [])] {
      #expect(try Self.isDuplicate(again, of: first))
      #expect(try again.get().timestamp == 1000)
    }
    #expect(test.log.bytes == bytes && test.metrics.appendedRecords.value == appended)
    #expect(test.metrics.producers.remembered.value == 1)
    #expect(test.metrics.refusedAppends.value == 0)
    #expect(test.produce(7, 0, ["a"]) == .failure(.sequenceReused(count: 3)))
    #expect(test.produce(7, 9, []) == .failure(.sequenceTooOld(last: 9)))
    test.data.close()
  }

  @Test func theServersOwnWorkIsInNoTable() throws {
    let test = try TestLog()
    let own = ProducerStamp(ownWork: 3)
    for _ in 0..<2 { #expect(try !test.produce(own.id, 0).get().isDuplicate) }
    #expect(test.producerEntries.isEmpty)
    let killed = try test.crashed()
    #expect(killed.producerEntries.isEmpty)
    for one in [test, killed] { one.data.close() }
    #expect(!test.files.exists(test.producersPath))
  }

  @Test func aRepeatWaitsForTheSyncThatTheFirstDidNotWaitFor() throws {
    let test = try TestLog()
    let first = test.produce(1, 0, acks: .written)
    #expect(test.log.frontiers.committed == .zero)
    #expect(try Self.isDuplicate(test.produce(1, 0, acks: .written), of: first))
    #expect(test.log.frontiers.committed == .zero)
    #expect(try Self.isDuplicate(test.produce(1, 0), of: first))
    #expect(test.log.frontiers.committed == Offset(1))
    test.data.close()
  }

  @Test(arguments: [LogSettings.Durability.disk, .memory])
  func aRepeatAcrossSegmentsIsOne(durability: LogSettings.Durability) throws {
    let test = try TestLog(LogSettings(durability: durability, segmentBytes: 300))
    let answers = (0..<5).map { test.produce(1, $0, ["a", "b"]) }
    #expect(try test.log.describeSegments().count == 5)
    for (sequence, first) in answers.enumerated() {
      #expect(try Self.isDuplicate(test.produce(1, Int32(sequence), ["a", "b"]), of: first))
    }
    #expect(try test.readAll().flatMap(\.records).count == 10)
    test.data.close()
  }

  /// Submits requests that the writer meets in one round, while `first` may be answered.
  private func oneRound(
    _ test: TestLog, _ requests: [(id: Int64, sequence: Int32, bytes: Int)], before: () -> Void
  ) -> [Outcome] {
    let gate = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    let answers = Lock<[Int: Outcome]>([:])
    let end = test.log.frontiers.committed
    // The first answer holds the writer's thread until all others wait in the mailbox.
    test.data.writer.submit(
      AppendRequest(
        .of([.small("gate")]), to: test.log, acknowledgement: .committed, sink: InlineSink()
      ) { _ in gate.wait() })
    while test.log.frontiers.committed == end { sched_yield() }
    for (name, request) in requests.enumerated() {
      let stamp = ProducerStamp(id: request.id, epoch: 0, sequence: request.sequence)
      let builder = BatchBuilder(stamp: stamp)
      builder.append(.small(String(repeating: "x", count: request.bytes)))
      test.data.writer.submit(
        AppendRequest(
          builder.finish(), to: test.log, acknowledgement: .committed, sink: InlineSink()
        ) { outcome in
          answers.withLock { $0[name] = outcome }
          done.signal()
        })
    }
    before()
    gate.signal()
    for _ in requests { done.wait() }
    return answers.withLock { all in requests.indices.map { all[$0] ?? .failure(.closed) } }
  }

  @Test func repeatsInOneRoundAreStoredOnce() throws {
    let test = try TestLog()
    let answers = oneRound(test, [(1, 0, 1), (1, 0, 1), (2, 0, 1), (1, 1, 1), (1, 0, 1)]) {}
    #expect(answers.map { (try? $0.get().isDuplicate) } == [false, true, false, false, true])
    #expect(answers.map { (try? $0.get().baseOffset.value) } == [1, 1, 2, 3, 1])
    #expect(try test.readAll().flatMap(\.records).count == 4)
    test.data.close()
  }

  @Test func whatCouldNotBeWrittenIsNotRemembered() throws {
    let test = try TestLog()
    let kept = test.produce(1, 0)
    let full = oneRound(test, [(1, 1, 500), (2, 0, 500), (1, 1, 500), (1, 0, 4)]) {
      test.files.faults.setRoom(100)
    }
    #expect(full[..<3].allSatisfy { $0 == .failure(.outOfSpace) })
    // What stands on the disk can be told of however full it is.
    #expect(try Self.isDuplicate(full[3], of: kept))
    #expect(test.producerEntries.keys.sorted() == [1])
    test.files.faults.clear()
    #expect(try !test.produce(1, 1).get().isDuplicate)
    #expect(try !test.produce(2, 0).get().isDuplicate)
    for one in [try test.crashed(), try test.reopened()] {
      #expect(one.producerEntries.mapValues(\.requests.count) == [1: 2, 2: 1])
      #expect(try one.readAll().flatMap(\.offsets) == [0, 1, 2, 3])
      one.data.close()
    }
  }

  @Test func aRepeatInTheRoundOfAFailedRollIsNotTakenForStored() throws {
    let test = try TestLog(LogSettings(segmentBytes: 400))
    let answers = oneRound(test, [(1, 0, 50), (1, 1, 300), (1, 1, 300), (1, 0, 50)]) {
      test.files.faults.setRoom(200)
    }
    #expect(try answers[0].get().baseOffset == Offset(1))
    #expect(answers[1] == .failure(.outOfSpace) && answers[2] == .failure(.outOfSpace))
    #expect(try Self.isDuplicate(answers[3], of: answers[0]))
    test.files.faults.clear()
    #expect(try test.produce(1, 1).get().baseOffset == Offset(2))
    test.data.close()
  }

  @Test func aRequestThatABrokenDiskRefusedIsNotRemembered() throws {
    let test = try TestLog()
    test.produce(1, 0)
    test.files.faults.fail(.write, suffix: ".log", code: EIO)
    guard case .failure(.offline) = test.produce(1, 1) else { throw Disagreement("not offline") }
    #expect(test.producerEntries[1]?.requests.last.sequence == 0)
    test.data.close()
  }

  // MARK: - Restarts

  @Test func producersAreKnownAfterBothKindsOfEnd() throws {
    let test = try TestLog()
    for sequence: Int32 in 0..<7 { test.produce(1, sequence, ["a", "b"]) }
    test.produce(2, 0, epoch: 4)
    try test.data.writer.checkpoint()
    test.produce(1, 7, ["a", "b", "a"])
    test.produce(3, 0)
    let entries = test.producerEntries
    for one in [try test.crashed(), try test.reopened()] {
      #expect(one.producerEntries.mapValues(\.requests) == entries.mapValues(\.requests))
      #expect(one.producerEntries.mapValues(\.epoch) == [1: 0, 2: 4, 3: 0])
      #expect(one.metrics.producers.remembered.value == 3)
      #expect(try one.produce(1, 7, []).get().count == 3)
      #expect(one.produce(2, 1, epoch: 3) == .failure(.producerFenced(epoch: 4)))
      #expect(one.reports == [])
      one.data.close()
    }
  }

  enum Loss: CaseIterable { case missing, damaged, ahead }

  @Test(arguments: Loss.allCases)
  func withoutTheFileTheLogTells(loss: Loss) throws {
    let test = try TestLog(LogSettings(segmentBytes: 500))
    for sequence: Int32 in 0..<9 { test.produce(Int64(sequence % 2), sequence, ["a", "b"]) }
    test.append([.small("plain")])
    let entries = test.producerEntries
    let ahead = test.log.withProducers { $0.encoded(through: Offset(1000), now: 0) }
    test.data.close()
    switch loss {
    case .missing: try DiskFileSystem().removeFile(test.producersPath)
    case .damaged: try RecoveryTests.flip(test.producersPath, at: 50)
    case .ahead: try DiskFileSystem().replaceWhole(test.producersPath, with: ahead)
    }
    let opened = try TestLog(in: test.directory, clock: test.clock)
    #expect(opened.producerEntries.mapValues(\.requests) == entries.mapValues(\.requests))
    #expect(opened.reports.count == (loss == .missing ? 0 : 1))
    opened.data.close()
  }

  @Test func aFileThatCannotBeSavedDoesNoHarm() throws {
    let test = try TestLog(LogSettings(segmentBytes: 500))
    test.files.faults.fail(.write, suffix: "/producers.new", code: ENOSPC)
    for sequence: Int32 in 0..<9 {
      #expect(try !test.produce(1, sequence, ["a", "b"]).get().isDuplicate)
    }
    let entries = test.producerEntries
    let opened = try test.reopened()
    #expect(!opened.files.exists(opened.producersPath))
    #expect(opened.producerEntries.mapValues(\.requests) == entries.mapValues(\.requests))
    opened.data.close()
  }

  @Test func silenceCountsOverRestartsAndFromTheStartForWhatTheLogTells() throws {
    let test = try TestLog(producers: ProducerLimits(expiryMilliseconds: 1000))
    test.produce(1, 0)
    try test.data.writer.checkpoint()
    test.clock.advance(milliseconds: 600)
    test.produce(2, 0)
    test.clock.advance(milliseconds: 600)
    let killed = try test.crashed()
    #expect(killed.producerEntries.keys.sorted() == [2])
    #expect(killed.log.producer(1, now: test.clock.wallMilliseconds()).forgottenThrough != nil)
    test.clock.advance(milliseconds: 600)
    #expect(try killed.produce(2, 0).get().isDuplicate)
    #expect(try !test.produce(2, 0).get().isDuplicate)
    try killed.log.enforceRetention(
      now: test.clock.wallMilliseconds() + 400, before: killed.log.offsets.highWatermark)
    #expect(killed.producerEntries.isEmpty && killed.metrics.producers.remembered.value == 0)
    for one in [test, killed] { one.data.close() }
  }

  @Test func aLogWithoutProducersIsOpenedWithoutALookAtItsBatches() throws {
    let test = try TestLog(LogSettings(durability: .memory, segmentBytes: 20_000))
    for index in 0..<1000 { test.append([.small("\(index)")]) }
    test.data.close()
    let files = FaultyFileSystem()
    let plain = try TestLog(in: test.directory, clock: test.clock, files: files)
    let reads = files.faults.count(.read, suffix: ".log")
    // First and last head of the last segment.
    #expect(reads <= 2)
    #expect(!files.exists(plain.producersPath))
    plain.produce(1, 0)
    plain.data.close()
    let known = FaultyFileSystem()
    let again = try TestLog(in: test.directory, clock: test.clock, files: known)
    #expect(again.producerEntries.count == 1)
    #expect(known.faults.count(.read, suffix: ".log") == reads)
    again.data.close()
    // Without the file, only the segment that holds a stamp is looked through.
    try DiskFileSystem().removeFile(again.producersPath)
    let lost = FaultyFileSystem()
    let searched = try TestLog(in: test.directory, clock: test.clock, files: lost)
    #expect(searched.producerEntries.count == 1)
    let last = try DiskFile(
      searched.path("log", segment: searched.log.describeSegments().last!.baseOffset.value), .read)
    #expect(lost.faults.count(.read, suffix: ".log") <= reads + 2 + (try last.size()) / 2048)
    searched.data.close()
  }

  @Test func aRemovedLogTakesItsProducersAlong() throws {
    let test = try TestLog()
    test.produce(1, 0)
    let name = TestLog.name.split(separator: "/")[1].split(separator: "-")
    try test.data.removeLog(topic: String(name[0]), partition: Int(name[1]) ?? 0, test.log)
    #expect(test.metrics.producers.remembered.value == 0)
    let fresh = try test.data.openLog(TestLog.name, settings: LogSettings())
    let stamp = ProducerStamp(id: 1, epoch: 0, sequence: 0)
    let builder = BatchBuilder(stamp: stamp)
    builder.append(.small("new"))
    let stored = test.data.writer.appendAndWait(builder.finish(), to: fresh)
    #expect(try !stored.get().isDuplicate)
    test.data.close()
  }

  @Test(arguments: [true, false])
  func aRepeatOfWhatWasDeletedIsKnownAlthoughTheFileWasRefusedFirst(clean: Bool) throws {
    let test = try TestLog()
    test.produce(1, 0)
    test.files.faults.fail(.write, suffix: "/producers.new", code: ENOSPC)
    #expect(try test.log.truncate(before: Offset(1)) == Offset(1))
    test.files.faults.clear()
    if !clean { try test.data.writer.checkpoint() }
    let opened = clean ? try test.reopened() : try test.crashed()
    #expect(try opened.produce(1, 0).get().isDuplicate)
    for one in clean ? [opened] : [test, opened] { one.data.close() }
  }
}
