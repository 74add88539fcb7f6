import Glibc
import Log
import Platform
import Support
import Testing

@testable import Broker

/// What the server appends of its own accord, in these tests.
extension BrokerWorld {
  /// A record that is due in a second.
  fileprivate func later() -> DelayedRecords {
    let records = DelayedRecords()
    Array("later".utf8).withUnsafeBytes {
      records.append(
        due: now + 1000, partition: 0, key: nil, value: $0,
        headers: RecordHeaders(), timestamp: nil)
    }
    return records
  }

  /// Has a record wait for its delivery.
  fileprivate func delay(to topic: Topic) throws {
    try answer {
      broker.delays.add(
        later(), to: topic, acknowledgement: .committed, sink: InlineSink(), $0)
    }
  }

  /// Has a record delivered a second after it came.
  fileprivate func deliverLater(to topic: Topic) throws {
    try delay(to: topic)
    clock.advance(milliseconds: 1000)
    broker.delays.settle()
  }

  /// Commits a transaction with one record.
  fileprivate func commit(to topic: Topic) throws {
    let draft = broker.transactions.makeDraft(
      producerGroup: "p", checkAfterMilliseconds: nil, now: now,
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
        prepared.id, now: now, sink: InlineSink(), $0)
    }
  }
}

/// What the server appended itself is not appended again once it was deleted, wherever it dies.
@Suite struct RetentionTests {
  private func expectNothingComesAgain(_ world: BrokerWorld) throws {
    let next = try world.killed()
    next.broker.delays.settle()
    #expect(next.broker.delays.counts.waiting == 0)
    let offsets = try next.log("t").offsets
    #expect(offsets.logStart == offsets.logEnd && offsets.logEnd == Offset(2))
    next.stop()
  }

  @Test func whatWasTruncatedDoesNotComeAgain() throws {
    let world = try BrokerWorld()
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
    let world = try BrokerWorld()
    let topic = try world.makeTopic(retentionMilliseconds: 5000)
    try world.deliverLater(to: topic)
    try world.commit(to: topic)
    world.clock.advance(milliseconds: 60_000)
    world.broker.enforceRetention { Issue.record("\($0)") }
    try expectNothingComesAgain(world)
  }

  @Test func aTopicMadeAnewGetsNothingOfWhatWasCommittedToTheOldOne() throws {
    let world = try BrokerWorld()
    let topic = try world.makeTopic()
    // Once the record is stored there is no room to say so.
    let faults = world.files.faults
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
    try world.makeTopic()
    let next = try world.killed()
    #expect(try next.log("t").offsets.logEnd == .zero)
    next.stop()
  }

  @Test func aTopicMadeAnewGetsNothingThatWaitedForTheOldOne() throws {
    let world = try BrokerWorld()
    try world.delay(to: world.makeTopic())
    let faults = world.files.faults
    faults.fail(.write, suffix: "state/scheduled/00000000000000000000.log", code: ENOSPC)
    // It is gone, and there is no room to say so of what waits for it.
    #expect(throws: BrokerError.log(.outOfSpace)) {
      try world.answer { world.broker.deleteTopic("t", sink: InlineSink(), $0) }
    }
    #expect(throws: BrokerError.topicNotFound("t")) { try world.log("t") }
    faults.clear()
    try world.makeTopic()
    let next = try world.killed()
    #expect(next.broker.delays.counts.waiting == 0)
    next.stop()
  }

  @Test func aDeletedTopicHoldsNobodyUpWhileTheDiskIsFull() throws {
    let world = try BrokerWorld()
    let topic = try world.makeTopic()
    try world.delay(to: topic)
    world.files.faults.fail(.write, suffix: "files/1", code: ENOSPC)
    // It lies in the journal and cannot be sorted in.
    world.broker.delays.add(
      world.later(), to: topic, acknowledgement: .committed, sink: InlineSink()
    ) { _ in }
    world.broker.wakeWriter()
    world.broker.delays.settle()
    // The time stands still: the rest does not end.
    #expect(throws: BrokerError.log(.outOfSpace)) {
      try world.answer { world.broker.deleteTopic("t", sink: InlineSink(), $0) }
    }
    #expect(throws: BrokerError.topicNotFound("t")) { try world.log("t") }
    world.files.faults.clear()
    world.clock.advance(milliseconds: DelayRounds.restMilliseconds)
    try world.makeTopic()
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
    let next = try BrokerWorld(in: world.buryKilled(.behindTheLetters), clock: world.clock)
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
    let world = try BrokerWorld()
    try world.makeTopic()
    #expect(throws: BrokerError.log(.offsetPastEnd(highWatermark: .zero))) {
      try world.answer {
        world.broker.truncate("t", partition: 0, before: Offset(1), sink: InlineSink(), $0)
      }
    }
    world.stop()
  }
}
