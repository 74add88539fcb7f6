import Foundation
import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// What the server appended itself is not appended again once it was deleted, wherever it dies.
@Suite struct RetentionTests {
  /// A broker over a directory that may be copied as a kill would leave it.
  private struct World {
    let directory: TemporaryDirectory
    let clock: ManualClock
    let data: DataDirectory
    let broker: Broker

    init(
      in directory: TemporaryDirectory = TemporaryDirectory(), _ clock: ManualClock,
      files: any FileSystem = DiskFileSystem()
    ) throws {
      self.directory = directory
      self.clock = clock
      data = try DataDirectory(
        directory.path, openFiles: OpenFiles(files), clock: clock,
        metrics: LogMetrics(MetricsRegistry())
      ) { _ in }
      broker = try Broker(engine: data, clock: clock, limits: BrokerLimits()) { _ in }
    }

    func stop() {
      broker.stop()
      data.close()
    }

    func killed() throws -> World {
      let copy = try directory.copy()
      stop()
      return try World(in: copy, clock)
    }

    func log(_ topic: String) throws -> any RecordLog { try broker.topic(topic).partition(0) }

    /// Waits for an answer.
    @discardableResult
    func answer<Value: Sendable>(
      _ ask: (@escaping @Sendable (Result<Value, BrokerError>) -> Void) -> Void
    ) throws -> Value {
      let mailbox = Mailbox<Result<Value, BrokerError>>()
      ask { mailbox.post($0) }
      broker.wakeWriter()
      var answers: [Result<Value, BrokerError>] = []
      _ = mailbox.take(into: &answers, until: nil)
      return try answers[0].get()
    }

    func makeTopic(retentionMilliseconds: Int64? = nil) throws -> Topic {
      var settings = LogSettings(durability: .memory)
      settings.retentionMilliseconds = retentionMilliseconds
      let config = TopicConfig(log: settings)
      return try answer {
        broker.createTopic("t", partitions: 1, config: config, sink: InlineSink(), $0)
      }.topic
    }

    /// A record that is due in a second.
    func later() -> DelayedRecords {
      let records = DelayedRecords()
      Array("later".utf8).withUnsafeBytes {
        records.append(
          due: clock.wallMilliseconds() + 1000, partition: 0, key: nil, value: $0,
          headers: RecordHeaders(), timestamp: nil)
      }
      return records
    }

    /// Has a record wait for its delivery.
    func delay(to topic: Topic) throws {
      try answer {
        broker.delays.add(
          later(), to: topic, acknowledgement: .committed, sink: InlineSink(), $0)
      }
    }

    /// Has a record delivered a second after it came.
    func deliverLater(to topic: Topic) throws {
      try delay(to: topic)
      clock.advance(milliseconds: 1000)
      broker.delays.settle()
    }

    /// Commits a transaction with one record.
    func commit(to topic: Topic) throws {
      let draft = broker.transactions.makeDraft(
        producerGroup: "p", checkAfterMilliseconds: nil, now: clock.wallMilliseconds(),
        sink: InlineSink())
      try Array("at once".utf8).withUnsafeBytes {
        try draft.production(for: topic).add(
          key: nil, value: $0, headers: RecordHeaders(), timestamp: nil, partition: 0,
          delivery: .now)
      }
      let prepared = try answer {
        broker.transactions.prepare(draft, sink: InlineSink(), $0)
      }
      try answer {
        broker.transactions.commit(
          prepared.id, now: clock.wallMilliseconds(), sink: InlineSink(), $0)
      }
    }
  }

  private func expectNothingComesAgain(_ world: World) throws {
    let next = try world.killed()
    next.broker.delays.settle()
    #expect(next.broker.delays.counts.waiting == 0)
    let offsets = try next.log("t").offsets
    #expect(offsets.logStart == offsets.logEnd && offsets.logEnd == Offset(2))
    next.stop()
  }

  @Test func whatWasTruncatedDoesNotComeAgain() throws {
    let world = try World(ManualClock())
    let topic = try world.makeTopic()
    try world.deliverLater(to: topic)
    try world.commit(to: topic)
    let start = try world.answer {
      world.broker.truncate("t", partition: 0, before: Offset(2), sink: InlineSink(), $0)
    }
    #expect(start == Offset(2))
    try expectNothingComesAgain(world)
  }

  @Test func whatGrewTooOldDoesNotComeAgain() throws {
    let world = try World(ManualClock())
    let topic = try world.makeTopic(retentionMilliseconds: 5000)
    try world.deliverLater(to: topic)
    try world.commit(to: topic)
    world.clock.advance(milliseconds: 60_000)
    world.broker.enforceRetention { Issue.record("\($0)") }
    try expectNothingComesAgain(world)
  }

  @Test func aTopicMadeAnewGetsNothingOfWhatWasCommittedToTheOldOne() throws {
    let files = FaultyFileSystem()
    let world = try World(ManualClock(), files: files)
    let topic = try world.makeTopic()
    // Once the record is stored there is no room to say so.
    let faults = files.faults
    faults.watchWrites { path in
      if path.hasSuffix("topics/t-0/00000000000000000000.log") {
        faults.fail(
          .write, suffix: "state/transactions/00000000000000000000.log", code: ENOSPC)
      }
    }
    try world.commit(to: topic)
    let journal = world.broker.transactions.journal
    #expect(throws: LogError.outOfSpace) { try journal.appendWaiting([]) }
    faults.watchWrites(nil)
    faults.clear()
    try world.answer { world.broker.deleteTopic("t", sink: InlineSink(), $0) }
    _ = try world.makeTopic()
    let next = try world.killed()
    #expect(try next.log("t").offsets.logEnd == .zero)
    next.stop()
  }

  @Test func aTopicMadeAnewGetsNothingThatWaitedForTheOldOne() throws {
    let files = FaultyFileSystem()
    let world = try World(ManualClock(), files: files)
    try world.delay(to: world.makeTopic())
    let faults = files.faults
    faults.fail(.write, suffix: "state/scheduled/00000000000000000000.log", code: ENOSPC)
    // It is gone, and there is no room to say so of what waits for it.
    #expect(throws: BrokerError.log(.outOfSpace)) {
      try world.answer { world.broker.deleteTopic("t", sink: InlineSink(), $0) }
    }
    #expect(throws: BrokerError.topicNotFound("t")) { try world.log("t") }
    faults.clear()
    _ = try world.makeTopic()
    let next = try world.killed()
    #expect(next.broker.delays.counts.waiting == 0)
    next.stop()
  }

  @Test func aDeletedTopicHoldsNobodyUpWhileTheDiskIsFull() throws {
    let files = FaultyFileSystem()
    let world = try World(ManualClock(), files: files)
    let topic = try world.makeTopic()
    try world.delay(to: topic)
    files.faults.fail(.write, suffix: "files/1", code: ENOSPC)
    // It lies in the journal and cannot be sorted in.
    world.broker.delays.add(
      world.later(), to: topic, acknowledgement: .committed, sink: InlineSink()
    ) { _ in }
    world.broker.wakeWriter()
    world.broker.delays.settle()
    let answered = DispatchSemaphore(value: 0)
    world.broker.deleteTopic("t", sink: InlineSink()) { _ in answered.signal() }
    var isAnswered = false
    for _ in 0..<20 where !isAnswered {
      isAnswered = answered.wait(timeout: .now() + 0.5) == .success
      // It rests, and tries again in vain.
      world.clock.rest(milliseconds: DelayRounds.restMilliseconds)
    }
    #expect(isAnswered)
    files.faults.clear()
    world.clock.advance(milliseconds: DelayRounds.restMilliseconds)
    _ = try world.makeTopic()
    #expect(world.broker.delays.counts.waiting == 0)
    let next = try world.killed()
    #expect(next.broker.delays.counts.waiting == 0)
    next.stop()
  }

  @Test func aDeadLetterThatWasDeletedDoesNotComeAgain() throws {
    let world = try GroupWorld(GroupConfig())
    try world.settle(topics: ["t": 1])
    try world.produce([nil], to: "t", 0)
    let lease = try world.group.receive(
      ReceiveRequest(
        topics: [world.topic("t")], tags: nil, maxRecords: 1, maxBytes: 1 << 20,
        leaseMilliseconds: nil, fromOnePartition: false), now: world.now)
    let part = try #require(lease.parts.first)
    let receipt = Receipt(items: [
      ReceiptItem(id: part.id, epoch: part.epoch, offset: 0, count: 1, attempt: 1)
    ])
    #expect(try world.settle([receipt], .bury) == [true])
    // Killed when the letter is stored, and nobody has heard of it.
    let left = Lock<TemporaryDirectory?>(nil)
    let directory = world.directory
    let letters = InterruptedLog(try world.topic(GroupWorld.letters).partition(0)) {
    } after: {
      left.withLock { $0 = try? directory.copy() }
    }
    try world.bury(into: letters)
    let next = try World(in: #require(left.withLock { $0 }), world.clock)
    #expect(try next.log(GroupWorld.letters).offsets.logEnd == Offset(1))
    try next.answer {
      next.broker.truncate(
        GroupWorld.letters, partition: 0, before: Offset(1), sink: InlineSink(), $0)
    }
    next.clock.advance(milliseconds: 1000)
    // What has its time comes behind each thing that was asked for.
    for _ in 0..<2 {
      try next.answer {
        next.broker.findOrCreateTopic(GroupWorld.letters, sink: InlineSink(), $0)
      }
    }
    #expect(try next.log(GroupWorld.letters).offsets.logEnd == Offset(1))
    next.stop()
  }

  @Test func nothingIsDeletedThatIsNotThereYet() throws {
    let world = try World(ManualClock())
    _ = try world.makeTopic()
    #expect(throws: BrokerError.log(.offsetPastEnd(highWatermark: .zero))) {
      try world.answer {
        world.broker.truncate("t", partition: 0, before: Offset(1), sink: InlineSink(), $0)
      }
    }
    world.stop()
  }
}
