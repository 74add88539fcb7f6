import Foundation
import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// What is due is handed over once, in order, not before its time, wherever the server dies.
@Suite struct DelayHandOverTests {
  private static func world(_ count: Int) throws -> DelayWorld {
    let world = try DelayWorld()
    try world.make("t")
    try world.add(
      (0..<count).map { ("\($0)", world.now + 10_000 + Int64($0), 0) }, to: "t")
    return world
  }

  private static func values(_ range: Range<Int>) -> [String] { range.map { "\($0)" } }

  @Test func nothingComesBeforeItsTime() throws {
    let world = try DelayHandOverTests.world(50)
    world.pass(milliseconds: 9999)
    #expect(try world.delivered("t") == [])
    for passed in 1...50 {
      world.pass(milliseconds: 1)
      #expect(try world.delivered("t") == DelayHandOverTests.values(0..<passed))
    }
    #expect(world.delays.counts.waiting == 0)
    #expect(world.delays.counts.nextDue == nil)
  }

  @Test(.timeLimit(.minutes(1))) func whatIsInMemoryDoesNotKeepOutWhatIsDueBefore() throws {
    let world = try DelayWorld(placesMax: 100)
    try world.make("t")
    let start = world.now
    // A minute with more than may be in memory.
    let minute = start - start % 60_000 + 120_000
    try world.add((0..<300).map { ("\($0)", minute + 55_000 + Int64($0), 0) }, to: "t")
    world.pass(milliseconds: Int(minute - start) - 5000)
    world.pass(milliseconds: 56_000)
    // The next one begins soon: what comes for it is in memory at once.
    try world.add((300..<390).map { ("\($0)", minute + 60_000 + Int64($0), 0) }, to: "t")
    for _ in 0..<30 { world.pass(milliseconds: 1000) }
    #expect(try world.delivered("t") == DelayHandOverTests.values(0..<390))
  }

  @Test func aRecordHasTheTimeOfItsDelivery() throws {
    let world = try DelayHandOverTests.world(2)
    let start = world.now
    world.pass(milliseconds: 10_000)
    world.pass(milliseconds: 5000)
    #expect(try world.records("t").map(\.time) == [start + 10_000, start + 10_001])
    try world.add([("late", world.now + 10_000, 0)], to: "t")
    let next = try world.killed()
    next.clock.advance(milliseconds: 86_400_000)
    next.delays.settle()
    #expect(try next.records("t").last?.time ?? 0 > start + 10_001)
    #expect(try next.delivered("t") == ["0", "1", "late"])
  }

  /// Has the directory copied when records are appended, before or after.
  private func interrupted(
    isBefore: Bool
  ) throws -> (directory: TemporaryDirectory, clock: ManualClock) {
    let world = try DelayHandOverTests.world(30)
    world.delays.settle()
    let left = Lock<TemporaryDirectory?>(nil)
    let directory = world.directory
    let keep: @Sendable () -> Void = {
      left.withLock { kept in
        if kept == nil { kept = try? directory.copy() }
      }
    }
    let nothing: @Sendable () -> Void = {}
    let topic = try world.topic("t")
    let log = InterruptedLog(
      topic.partitions[0], before: isBefore ? keep : nothing, after: isBefore ? nothing : keep)
    world.place(
      Topic(name: "t", config: topic.config, partitions: [log], producers: topic.producers))
    // All of them at once, so that one piece holds them.
    world.pass(milliseconds: 20_000)
    let found = try #require(left.withLock { $0 })
    return (found, world.clock)
  }

  @Test(arguments: [true, false])
  func aServerKilledAroundTheAppendDeliversOnce(isBefore: Bool) throws {
    let (directory, clock) = try interrupted(isBefore: isBefore)
    let next = try DelayWorld(in: directory, clock: clock)
    next.delays.settle()
    #expect(try next.delivered("t") == DelayHandOverTests.values(0..<30))
    #expect(next.delays.counts.waiting == 0)
    let again = try next.killed()
    again.delays.settle()
    #expect(try again.delivered("t") == DelayHandOverTests.values(0..<30))
  }

  /// What the next server finds when this one is killed now and a partition's log loses everything.
  private func killedAndEmptied(_ world: DelayWorld) throws -> DelayWorld {
    let directory = try world.directory.copy()
    let data = try DataDirectory(
      directory.path, clock: world.clock, metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    let log = try data.openLog(topic: "t", partition: 0, settings: LogSettings())
    _ = try log.truncate(before: log.offsets.highWatermark)
    data.close()
    return try DelayWorld(in: directory, clock: world.clock)
  }

  @Test func whatIsKnownToHaveArrivedMayBeDeleted() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add((0..<30).map { ("\($0)", world.now + 10_000 + $0, 0) }, to: "t")
    world.delays.settle()
    let journal = DelayHandOverTests.journal
    let topic = try world.topic("t")
    let begun = DispatchSemaphore(value: 0)
    let goesOn = DispatchSemaphore(value: 0)
    let log = InterruptedLog(topic.partitions[0], before: {}) {
      begun.signal()
      goesOn.wait()
    }
    world.place(
      Topic(name: "t", config: topic.config, partitions: [log], producers: topic.producers))
    world.clock.advance(milliseconds: 10_029)
    // Wakes the thread of delays.
    let delays = world.delays
    Thread.detachNewThread { delays.settle() }
    begun.wait()
    // They stand in their topic, and those who delivered them have not heard of it.
    #expect(topic.partitions[0].offsets.highWatermark == Offset(30))
    let synced = files.faults.count(.synchronize, suffix: journal)
    Thread.detachNewThread { goesOn.signal() }
    #expect(delays.noteArrivals())
    #expect(files.faults.count(.synchronize, suffix: journal) > synced)
    let next = try killedAndEmptied(world)
    next.delays.settle()
    #expect(try next.delivered("t") == [])
    #expect(next.delays.counts.waiting == 0)
    let again = files.faults.count(.synchronize, suffix: journal)
    #expect(delays.noteArrivals())
    #expect(files.faults.count(.synchronize, suffix: journal) == again)
  }

  private static let journal = "state/scheduled/00000000000000000000.log"

  @Test func whatTheJournalHadNoRoomForIsToldBeforeAnythingIsDeleted() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add((0..<3).map { ("\($0)", world.now + 10_000 + $0, 0) }, to: "t")
    world.pass(milliseconds: 9950)
    files.faults.fail(.write, suffix: DelayHandOverTests.journal, code: ENOSPC)
    world.pass(milliseconds: 100)
    #expect(try world.delivered("t") == DelayHandOverTests.values(0..<3))
    #expect(!world.delays.noteArrivals())
    files.faults.clear()
    #expect(world.delays.noteArrivals())
    let next = try killedAndEmptied(world)
    next.delays.settle()
    #expect(try next.delivered("t") == [])
    #expect(next.delays.counts.waiting == 0)
  }

  @Test func whatArrivesWhileTheDelaysRestIsToldBeforeAnythingIsDeleted() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add((0..<3).map { ("\($0)", world.now + 10_000 + $0, 0) }, to: "t")
    world.pass(milliseconds: 9950)
    // What comes in cannot be sorted in, in the turn that hands those over.
    files.faults.fail(.write, suffix: "files/1", code: ENOSPC)
    world.clock.advance(milliseconds: 100)
    _ = try world.addUnanswered([("later", world.now + 5000, 0)], to: "t")
    world.delays.settle()
    #expect(world.delays.noteArrivals())
    #expect(try world.delivered("t") == DelayHandOverTests.values(0..<3))
    let next = try killedAndEmptied(world)
    next.delays.settle()
    #expect(try next.delivered("t") == [])
    #expect(next.delays.counts.waiting == 1)
    files.faults.clear()
  }

  @Test func aFullDiskDoesNotHoldUpWhoWantsToDelete() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add([("x", world.now + 10_000, 0)], to: "t")
    files.faults.setRoom(0)
    world.pass(milliseconds: 10_000)
    // Nothing has arrived: there is nothing to be noted.
    #expect(world.delays.noteArrivals())
    files.faults.clear()
    for _ in 0..<3 { world.pass(milliseconds: DelayRounds.restMilliseconds) }
    #expect(try world.delivered("t") == ["x"])
  }

  @Test func whatIsAnnouncedAndNotAppendedSurvivesATruncate() throws {
    let world = try DelayHandOverTests.world(3)
    world.pass(milliseconds: 9950)
    let log = try world.topic("t").partition(0)
    let builder = BatchBuilder()
    Array("at once".utf8).withUnsafeBytes {
      builder.append(key: nil, value: $0, headers: RecordHeaders(), timestamp: world.now)
    }
    let done = DispatchSemaphore(value: 0)
    log.append(builder.finish(), acknowledgement: .committed, sink: InlineSink()) { _ in
      done.signal()
    }
    world.data.wakeWriter()
    done.wait()
    #expect(try log.truncate(before: Offset(1)) == Offset(1))
    let next = try world.killed()
    next.delays.settle()
    #expect(try next.waiting().count == 3)
    next.pass(milliseconds: 1000)
    #expect(try next.delivered("t") == DelayHandOverTests.values(0..<3))
  }

  @Test func aCancelledRecordNeverComes() throws {
    let world = try DelayHandOverTests.world(3)
    let keys = try world.waiting().map(\.key)
    try world.cancel(keys[1])
    #expect(throws: BrokerError.scheduledNotFound(keys[1].id)) { try world.cancel(keys[1]) }
    let next = try world.killed()
    #expect(throws: BrokerError.scheduledNotFound(keys[1].id)) { try next.cancel(keys[1]) }
    next.pass(milliseconds: 9950)
    #expect(throws: BrokerError.inDelivery(keys[0].id)) { try next.cancel(keys[0]) }
    next.pass(milliseconds: 1000)
    #expect(try next.delivered("t") == ["0", "2"])
    #expect(throws: BrokerError.scheduledNotFound(keys[0].id)) { try next.cancel(keys[0]) }
  }

  @Test func aRecordThatCannotBeFoundWhenItIsCancelledNeverComesEither() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    let keys = try world.add([("x", world.now + 120_000, 0)], to: "t")
    world.delays.settle()
    // From the moment on in which the journal gets it, its bucket cannot be read.
    let faults = files.faults
    faults.watchWrites { path in
      if path.hasSuffix(DelayHandOverTests.journal) {
        faults.fail(.read, suffix: "files/2", code: EIO)
      }
    }
    let answer = Lock<Result<Void, BrokerError>?>(nil)
    world.delays.cancel(keys[0], sink: InlineSink()) { outcome in
      answer.withLock { $0 = outcome }
    }
    world.delays.settle()
    faults.watchWrites(nil)
    faults.clear()
    world.pass(milliseconds: DelayRounds.restMilliseconds)
    let isCancelled = answer.withLock { if case .success = $0 { true } else { false } }
    #expect(isCancelled)
    #expect(world.delays.counts.waiting == 0)
    world.pass(milliseconds: 120_000)
    world.pass(milliseconds: 120_000)
    #expect(try world.delivered("t") == [])
  }

  @Test func aTopicMadeAnewGetsNothingOfTheOldOne() throws {
    let world = try DelayHandOverTests.world(3)
    let key = try #require(try world.waiting().first?.key)
    try world.delete("t")
    #expect(throws: BrokerError.scheduledNotFound(key.id)) { try world.cancel(key) }
    try world.make("t")
    try world.add([("new", world.now + 10_000, 0)], to: "t")
    let next = try world.killed()
    #expect(next.delays.counts.waiting == 1)
    next.pass(milliseconds: 20_000)
    #expect(try next.delivered("t") == ["new"])
  }

  @Test func nothingIsTakenForATopicThatIsBeingDeleted() throws {
    let world = try DelayHandOverTests.world(1)
    let topic = try world.topic("t")
    try world.delete("t")
    world.place(topic)
    #expect(throws: BrokerError.log(.closed)) {
      try world.add([("x", world.now + 1000, 0)], to: "t")
    }
  }

  @Test func thereIsALimitToHowManyWait() throws {
    var limits = BrokerLimits()
    limits.scheduledMax = 3
    let world = try DelayWorld(limits: limits)
    try world.make("t")
    let two = (0..<2).map { ("\($0)", world.now + 10_000, 0) }
    try world.add(two, to: "t")
    #expect(throws: BrokerError.tooManyScheduled(max: 3)) { try world.add(two, to: "t") }
    world.pass(milliseconds: 10_000)
    try world.add(two, to: "t")
  }

  @Test func aFullDiskLosesNothing() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add([("first", world.now + 10_000, 0)], to: "t")
    files.faults.setRoom(0)
    #expect(throws: BrokerError.log(.outOfSpace)) {
      try world.add([("lost", world.now + 10_000, 0)], to: "t")
    }
    // It cannot be announced now: it waits, and is tried again.
    world.pass(milliseconds: 10_000)
    #expect(try world.delivered("t") == [])
    files.faults.clear()
    for _ in 0..<3 { world.pass(milliseconds: DelayRounds.restMilliseconds) }
    #expect(try world.delivered("t") == ["first"])
    try world.add([("second", world.now + 10, 0)], to: "t")
    world.pass(milliseconds: 10)
    #expect(try world.delivered("t") == ["first", "second"])
    let next = try world.killed()
    #expect(try next.delivered("t") == ["first", "second"])
    #expect(next.delays.counts.waiting == 0)
  }

  @Test func whatCannotBeSortedInIsKept() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add([("first", world.now + 10_000, 0)], to: "t")
    files.faults.fail(.write, suffix: "files/1", code: 28)
    let answer = try world.addUnanswered([("second", world.now + 10_001, 0)], to: "t")
    world.delays.settle()
    // It is in the journal, and its answer waits until it is sorted in.
    let early = answer.withLock { $0 }
    #expect(early == nil)
    #expect(throws: BrokerError.log(.outOfSpace)) {
      try world.add([("third", world.now + 10_000, 0)], to: "t")
    }
    files.faults.clear()
    world.clock.advance(milliseconds: DelayRounds.restMilliseconds)
    world.delays.settle()
    let late = answer.withLock { $0 }
    #expect(late != nil)
    world.pass(milliseconds: 10_001)
    #expect(try world.delivered("t") == ["first", "second"])
  }

  @Test func cleanStopsAndKillsAlikeGoOnFromASnapshot() throws {
    var world = try DelayHandOverTests.world(100)
    for round in 0..<10 {
      world = round % 2 == 0 ? try world.reopened() : try world.killed()
      world.pass(milliseconds: round == 0 ? 10_009 : 10)
      #expect(try world.delivered("t") == DelayHandOverTests.values(0..<(10 * (round + 1))))
    }
  }
}
