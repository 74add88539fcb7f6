import Foundation
import Platform
import Support
import Testing

@testable import Log

@Suite struct FaultTests {
  private static func value(_ bytes: Int) -> TestRecord {
    .small(String(repeating: "x", count: bytes), tag: "red")
  }

  @Test(arguments: [0, 1, 60, 500, 1068])
  func aFullDiskRefusesTheRequestAndNothingElse(room: Int) throws {
    let test = try TestLog()
    test.append([Self.value(1000)])
    test.files.faults.setRoom(room)
    #expect(test.append([Self.value(1000)]) == .failure(.outOfSpace))
    #expect(test.append([Self.value(1000)]) == .failure(.outOfSpace))
    #expect(try test.readAll().flatMap(\.offsets) == [0])
    #expect(try DiskFile(test.path("log"), .read).size() == test.log.bytes)
    let killed = try test.crashed()
    #expect(killed.metrics.recoveryTruncations.value == 0)
    test.files.faults.clear()
    #expect(try test.append([Self.value(1000)]).get().baseOffset == Offset(1))
    #expect(try test.readAll().flatMap(\.offsets) == [0, 1])
    #expect(test.data.writer.whyOffline == nil)
    #expect(test.metrics.refusedAppends.value == 2)
    for one in [killed, try test.reopened()] { one.data.close() }
  }

  @Test(arguments: [0, 40, 63, 70])
  func aFullDiskAtTheBeginningOfASegmentLeavesNone(room: Int) throws {
    let test = try TestLog(LogSettings(segmentBytes: 100))
    test.append([.small("first")])
    test.files.faults.setRoom(room)
    #expect(test.append([.small("second")]) == .failure(.outOfSpace))
    test.files.faults.clear()
    test.log.settings.segmentBytes = 1 << 20
    // The failed roll left no file behind that would stand in the way of these offsets.
    for index in 1..<5 {
      #expect(try test.append([.small("\(index)")]).get().baseOffset == Offset(Int64(index)))
    }
    for one in [try test.crashed(), try test.reopened()] {
      #expect(try one.readAll().flatMap(\.offsets) == [0, 1, 2, 3, 4])
      one.data.close()
    }
  }

  /// Appends values of these sizes, all but the first in one round, which fails as `arrange` says:
  /// the first answer holds the writer until the others wait.
  private static func appendInOneRound(
    _ sizes: [Int], to test: TestLog, failing arrange: (Faults) -> Void
  ) -> [Int: Result<AppendRequest.Stored, LogError>] {
    let gate = DispatchSemaphore(value: 0)
    let answers = Lock<[Int: Result<AppendRequest.Stored, LogError>]>([:])
    let done = DispatchSemaphore(value: 0)
    for (name, size) in sizes.enumerated() {
      test.data.writer.submit(
        AppendRequest(
          .of([Self.value(size)]), to: test.log, acknowledgement: .committed, sink: InlineSink()
        ) { outcome in
          if name == 0 { gate.wait() }
          answers.withLock { $0[name] = outcome }
          done.signal()
        })
      if name == 0 { while test.log.frontiers.committed == .zero { sched_yield() } }
    }
    arrange(test.files.faults)
    gate.signal()
    for _ in sizes { done.wait() }
    test.files.faults.clear()
    return answers.withLock { $0 }
  }

  @Test(arguments: [0, 1])
  func whatWasWrittenBeforeASegmentThatCannotBeginIsWrittenOnce(behind: Int) throws {
    let test = try TestLog(LogSettings(segmentBytes: 1000))
    // The second fits into the segment, the third does not, and there is no room for another.
    let sizes = [1, 100, 2000] + [Int](repeating: 3, count: behind)
    let outcomes = FaultTests.appendInOneRound(sizes, to: test) { faults in
      faults.setRoom(FramedBatches.of([Self.value(100)]).bytes + 10)
    }
    #expect(outcomes[1] == .success(AppendRequest.Stored(baseOffset: Offset(1), count: 1)))
    #expect(outcomes[2] == .failure(.outOfSpace))
    #expect(outcomes[3] == (behind == 0 ? nil : .failure(.outOfSpace)))
    #expect(try test.append([Self.value(7)]).get().baseOffset == Offset(2))
    for one in [try test.crashed(), try test.reopened()] {
      #expect(try one.readAll().flatMap(\.offsets) == [0, 1, 2])
      one.data.close()
    }
  }

  @Test func anEmptySegmentLeftAmongOffsetsInUseIsDropped() throws {
    let test = try TestLog()
    for _ in 0..<5 { test.append([.small("x")]) }
    let left = try test.directory.copy()
    _ = try DiskFile(TestLog.path("log", segment: 2, in: left), .createOrOpen)
    let opened = try TestLog(in: left, clock: test.clock)
    #expect(try opened.readAll().flatMap(\.offsets) == [0, 1, 2, 3, 4])
    #expect(try opened.append([.small("x")]).get().baseOffset == Offset(5))
    for one in [test, opened] { one.data.close() }
  }

  @Test func aFailedSyncTakesTheDirectoryOfflineForGood() throws {
    let test = try TestLog()
    test.append([.small("kept")])
    let other = try test.data.openLog("topics/other-0", settings: LogSettings())
    test.files.faults.fail(.synchronize, suffix: ".log", code: EIO)
    guard case .failure(.offline(let reason)) = test.append([.small("lost")]) else {
      throw Disagreement("the sync failed")
    }
    #expect(reason == test.data.writer.whyOffline)
    test.files.faults.clear()
    #expect(test.append([.small("later")]) == .failure(.offline(reason: reason)))
    #expect(
      test.data.writer.appendAndWait(.of([.small("other")]), to: other)
        == .failure(.offline(reason: reason)))
    #expect(try test.readAll().flatMap(\.offsets) == [0])
    #expect(test.log.frontiers.committed == Offset(1))
    #expect(throws: LogError.offline(reason: reason)) { try test.data.writer.checkpoint() }
    test.data.close()
    #expect(!test.files.exists(test.directory.path("clean-shutdown")))
  }

  @Test func aWriteErrorThatIsNoFullDiskTakesTheDirectoryOffline() throws {
    let test = try TestLog()
    test.files.faults.fail(.write, suffix: ".log", code: EIO)
    guard case .failure(.offline) = test.append([.small("lost")]) else {
      throw Disagreement("the write failed")
    }
    #expect(test.data.writer.whyOffline != nil)
    test.data.close()
  }

  @Test func aPartialWriteThatCannotBeTakenBackTakesTheDirectoryOffline() throws {
    let test = try TestLog()
    test.append([.small("kept")])
    test.files.faults.setRoom(20)
    test.files.faults.fail(.truncate, suffix: ".log", code: EIO)
    guard case .failure(.offline) = test.append([.small("lost")]) else {
      throw Disagreement("the truncation failed")
    }
    let killed = try test.crashed()
    #expect(try killed.readAll().flatMap(\.offsets) == [0])
    #expect(killed.metrics.recoveryTruncatedBytes.value > 0)
    for one in [test, killed] { one.data.close() }
  }

  @Test(arguments: [EIO, ENOSPC])
  func anIndexThatCannotBeSpilledDoesNotStopTheLog(code: CInt) throws {
    let test = try TestLog(LogSettings(durability: .memory))
    test.files.faults.fail(.synchronize, suffix: "index", code: code)
    test.files.faults.fail(.write, suffix: "index", code: code)
    test.append([.small("0", tag: "red")])
    test.files.faults.fail(.write, suffix: ".tags", code: code)
    for group in 0..<15 {
      let records = (0..<100).map {
        TestRecord.small("\(group) \($0)", tag: $0 % 2 == 0 ? nil : "red")
      }
      guard case .success = test.append(records) else { throw Disagreement("refused") }
    }
    let red = ReadRequest(offset: .zero, maxBytes: .max, tags: Tag("red").map { [$0] })
    #expect(try test.read(red).count == 751)
    // A new segment's .tags begins with a header.
    test.files.faults.clear()
    test.files.faults.fail(.synchronize, suffix: "index", code: code)
    test.files.faults.fail(.write, suffix: "index", code: code)
    try test.data.writer.roll(test.log)
    #expect(try test.append([.small("after")]).get().baseOffset == Offset(1501))
    let killed = try test.crashed()
    #expect(try killed.readAll().flatMap(\.offsets).count == 1502)
    #expect(try killed.read(red).count == 751)
    test.files.faults.clear()
    #expect(try test.append([.small("again")]).get().baseOffset == Offset(1502))
    for one in [killed, try test.reopened()] { one.data.close() }
  }

  @Test func aCleanStopOnAFullDiskLosesNothing() throws {
    let test = try TestLog()
    for index in 0..<5 { test.append([.small("\(index)", at: Int64(index) * 100)]) }
    test.files.faults.setRoom(100)
    test.data.close()
    let opened = try TestLog(in: test.directory, clock: test.clock)
    #expect(try opened.readAll().flatMap(\.offsets) == [0, 1, 2, 3, 4])
    #expect(try opened.log.offset(atOrAfter: 350) == Offset(4))
    opened.data.close()
  }

  @Test func aServerStartsOnAFullDisk() throws {
    let test = try TestLog()
    for index in 0..<5 { test.append([.small("\(index)", tag: "red")]) }
    try test.data.writer.checkpoint()
    test.append([.small("behind", tag: "red")])
    let full = FaultyFileSystem()
    full.faults.setRoom(0)
    let opened = try TestLog(in: test.directory.copy(), clock: test.clock, files: full)
    #expect(try opened.readAll().flatMap(\.offsets) == [0, 1, 2, 3, 4, 5])
    #expect(opened.append([.small("no room")]) == .failure(.outOfSpace))
    full.faults.clear()
    #expect(try opened.append([.small("room", tag: "red")]).get().baseOffset == Offset(6))
    for one in [test, try opened.crashed(), opened] { one.data.close() }
  }

  @Test func segmentsThatCannotBeRemovedAreSaid() throws {
    let test = try TestLog(LogSettings(segmentBytes: 1))
    for _ in 0..<3 { test.append([.small("x")]) }
    let retention = Retention(test.log, writer: test.data.writer, metrics: test.metrics)
    // A directory where a file should be.
    try DiskFileSystem().removeFile(test.path("log"))
    try DiskFileSystem().createDirectory(test.path("log"))
    #expect(throws: LogError.self) { try retention.truncate(before: Offset(1)).value }
    #expect(test.log.frontiers.logStart == Offset(1))
    test.data.close()
  }

  @Test func aLogThatStopsAtAFailureDoesNotGoOnInANewSegment() throws {
    let test = try TestLog(LogSettings(segmentBytes: 1000))
    test.log.continuity.keep()
    // What fits into the segment, which cannot be written, and what needs the next one.
    let outcomes = FaultTests.appendInOneRound([1, 100, 2000], to: test) { faults in
      faults.fail(.write, suffix: Offset.zero.fileStem + ".log", code: ENOSPC)
    }
    #expect(outcomes[1] == .failure(.outOfSpace))
    guard case .failure(.unwritable) = outcomes[2] else {
      throw Disagreement("\(outcomes[2] as Any) behind what is missing")
    }
    #expect(try test.readAll().flatMap(\.offsets) == [0])
    test.data.close()
  }

  @Test func tagsOfRequestsThatCouldNotBeWrittenDoNotUseUpTheDictionary() throws {
    let test = try TestLog()
    test.files.faults.fail(.write, suffix: Offset.zero.fileStem + ".log", code: ENOSPC)
    let length = Tag.bytesMax - 8
    let filling = (1 << 20) / length
    for number in 0..<filling {
      let tag = String(number + 10_000_000) + String(repeating: "x", count: length)
      #expect(test.append([.small("refused", tag: tag)]) == .failure(.outOfSpace))
    }
    test.files.faults.clear()
    #expect(try test.append([.small("kept", tag: "red")]).get().baseOffset == .zero)
    let red = ReadRequest(offset: .zero, maxBytes: .max, tags: Tag("red").map { [$0] })
    for one in [try test.crashed(), try test.reopened()] {
      #expect(try one.read(red).flatMap(\.offsets) == [0])
      one.data.close()
    }
  }

  @Test func whoOnlyWaitsForASyncNeedsNoRoom() throws {
    let test = try TestLog(LogSettings(segmentMilliseconds: 1000))
    test.log.continuity.keep()
    test.append([.small("x")], .written)
    // The segment has become old; the next record will need another one.
    test.clock.advance(milliseconds: 2000)
    test.files.faults.setRoom(0)
    #expect(test.append([]) == .success(AppendRequest.Stored(baseOffset: Offset(1), count: 0)))
    #expect(!test.log.continuity.isStopped)
    #expect(test.log.frontiers.committed == Offset(1))
    #expect(test.append([.small("y")]) == .failure(.outOfSpace))
    test.data.close()
  }
}
