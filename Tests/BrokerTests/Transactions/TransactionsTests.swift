import Foundation
import Log
import Platform
import Support
import Testing

@testable import Broker

/// What becomes of transactions in particular troubles.
@Suite struct TransactionsTests {
  private static func world(
    _ limits: TransactionLimits = TransactionLimits(),
    durability: LogSettings.Durability = .memory
  ) throws -> TransactionWorld {
    let world = try TransactionWorld(limits: limits)
    try world.make(topics: ["a": 2, "b": 1, "in": 1], durability: durability)
    return world
  }

  @Test func nothingIsSeenBeforeTheCommitAndAllOfItAfter() throws {
    let world = try TransactionsTests.world(durability: .disk)
    let draft = try world.draft([("a", 1, "x"), ("b", 0, "y"), ("a", 1, "z")])
    let prepared = try world.prepare(draft)
    #expect(try world.values("a", 1).isEmpty)
    #expect(prepared.lanes.map(\.fate) == [.open, .open])
    try world.produce("before", to: "b", 0)
    let committed = try world.commit(prepared.id)
    #expect(committed.lanes.map(\.fate) == [.stored(Offset(0)), .stored(Offset(1))])
    #expect(try world.values("a", 1) == ["x", "z"])
    #expect(try world.values("b", 0) == ["before", "y"])
    #expect(world.transactions.standing.bytes == 0)
  }

  @Test func thereAreOnlySoManyAndSoManyBytes() throws {
    var limits = TransactionLimits()
    limits.undecidedMax = 2
    limits.undecidedBytesMax = 1000
    let world = try TransactionsTests.world(limits)
    let first = try world.prepare(world.draft([("b", 0, "1")]))
    _ = try world.prepare(world.draft([("b", 0, "2")]))
    #expect(throws: BrokerError.tooManyTransactions(max: 2)) {
      try world.prepare(world.draft([("b", 0, "3")]))
    }
    try world.rollBack(first.id)
    let large = String(repeating: "x", count: 900)
    #expect(throws: BrokerError.tooManyTransactionBytes(max: 1000)) {
      try world.prepare(world.draft([("b", 0, large)]))
    }
    #expect {
      try world.prepare(world.draft([("b", 0, large + large)]))
    } throws: { error in
      if case .transactionTooLarge(_, 1000) = error as? BrokerError { true } else { false }
    }
    #expect(world.transactions.standing.undecided == 1)
  }

  @Test func aLogThatLostItsEndWithThePowerGetsItsRecordsOnce() throws {
    let world = try TransactionsTests.world()
    for index in 0..<20 { try world.produce("\(index)", to: "b", 0) }
    let prepared = try world.prepare(world.draft([("b", 0, "x")]))
    world.plan.withLock { $0 = TransactionWorld.Plan(interruption: .kill, looks: 0) }
    try world.commit(prepared.id)
    let left = try #require(world.plan.withLock { $0?.left })
    // The partition kept its records in memory, and the power took them.
    let log = left.path("topics/b-0")
    for name in try FileManager.default.contentsOfDirectory(atPath: log) {
      try FileManager.default.removeItem(atPath: "\(log)/\(name)")
    }
    // The next server dies right behind the append, and had noted anew where to look.
    let second = try world.killed(
      plan: TransactionWorld.Plan(interruption: .kill, looks: 1))
    #expect(try second.values("b", 0) == ["x"])
    let third = try second.killed()
    #expect(try third.values("b", 0) == ["x"])
    #expect(try third.transactions.transaction(prepared.id).state == .committed)
  }

  @Test func whatTheJournalCouldNotBeToldIsToldLater() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("b", 0, "x")]))
    // The disk is full once the record is stored: the note that it is does not fit any more.
    world.plan.withLock { $0 = TransactionWorld.Plan(interruption: .fill, looks: 1) }
    #expect(try world.commit(prepared.id).state == .committed)
    try world.settle()
    world.files.faults.clear()
    #expect(world.transactions.state.withLock { $0.unnoted } == [prepared.id.number])
    world.transactions.finishStuck(now: world.now) { _ in }
    try world.settle()
    // Were it not, the next server would look for the record in vain and append it again.
    _ = try world.partition("b", 0).truncate(before: Offset(1))
    let next = try world.killed()
    #expect(try next.values("b", 0).isEmpty)
  }

  @Test func whatTheJournalWasNotToldBeforeTheTopicWentIsDroppedAfterAKill() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("a", 0, "x"), ("b", 0, "y")]))
    // Full from the last append on: all is stored and answered, only that it is done is not noted.
    world.plan.withLock { $0 = TransactionWorld.Plan(interruption: .fill, looks: 3) }
    let committed = try world.commit(prepared.id)
    #expect(committed.lanes.map(\.fate) == [.stored(Offset(0)), .stored(Offset(0))])
    try world.makeRoom()
    #expect(world.transactions.state.withLock { $0.unnoted } == [prepared.id.number])
    try world.delete("b")
    let next = try world.killed()
    let found = try next.transactions.transaction(prepared.id)
    #expect(found.state == .committed)
    #expect(found.lanes.map(\.fate) == [.stored(Offset(0)), .dropped])
    #expect(try next.values("a", 0) == ["x"])
  }

  /// Deletes all that a partition holds, as the server does it.
  private func empty(_ world: TransactionWorld, _ topic: String, _ number: Int) throws {
    let log = try world.partition(topic, number)
    let end = log.offsets.highWatermark
    #expect(world.transactions.noteArrivals())
    #expect(try log.truncate(before: end) == end)
  }

  /// Of its two records the one that was deleted stays so, and the other one stands.
  private func expectOnce(_ world: TransactionWorld, _ transaction: Transaction) throws {
    #expect(try world.transactions.transaction(transaction.id).state == .committed)
    #expect(try world.values("a", 0).isEmpty)
    #expect(try world.values("b", 0) == ["y"])
  }

  @Test func whatWasStoredInPartAndDeletedIsNotStoredAgain() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("a", 0, "x"), ("b", 0, "y")]))
    world.files.faults.fail(.write, suffix: "b-0/00000000000000000000.log", code: ENOSPC)
    #expect(throws: BrokerError.log(.outOfSpace)) { try world.commit(prepared.id) }
    try world.makeRoom()
    #expect(try world.values("a", 0) == ["x"])
    try empty(world, "a", 0)
    let next = try world.killed()
    try expectOnce(next, prepared)
  }

  @Test func whatWasStoredAndDeletedIsNotStoredAgainThoughItWasNotNoted() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("a", 0, "x"), ("b", 0, "y")]))
    world.plan.withLock { $0 = TransactionWorld.Plan(interruption: .fill, looks: 3) }
    try world.commit(prepared.id)
    try world.makeRoom()
    #expect(world.transactions.state.withLock { $0.unnoted } == [prepared.id.number])
    try empty(world, "a", 0)
    let next = try world.killed()
    try expectOnce(next, prepared)
  }

  @Test func whatAKillLeftStoredInPartAndDeletedIsNotStoredAgain() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("a", 0, "x"), ("b", 0, "y")]))
    world.files.faults.fail(.write, suffix: "b-0/00000000000000000000.log", code: ENOSPC)
    #expect(throws: BrokerError.log(.outOfSpace)) { try world.commit(prepared.id) }
    let left = try world.directory.copy()
    world.files.faults.clear()
    world.stop()
    // The next server finds the one record, and has no room to say where the other is to go.
    let files = FaultyFileSystem()
    files.faults.fail(
      .write, suffix: "state/transactions/00000000000000000000.log", code: ENOSPC)
    let next = try TransactionWorld(in: left, clock: world.clock, files: files)
    #expect(next.transactions.standing.committing == 1)
    files.faults.clear()
    try empty(next, "a", 0)
    next.transactions.finishStuck(now: next.now) { _ in }
    try next.settle()
    try expectOnce(next, prepared)
  }

  @Test func aClockThatIsSetBackHoldsNothingUp() throws {
    var limits = TransactionLimits()
    limits.ageMillisecondsMax = 1000
    let world = try TransactionsTests.world(limits)
    let prepared = try world.prepare(world.draft([("a", 0, "x"), ("b", 0, "y")]))
    let faults = world.files.faults
    faults.fail(.write, suffix: "b-0/00000000000000000000.log", code: ENOSPC)
    #expect(throws: BrokerError.log(.outOfSpace)) { try world.commit(prepared.id) }
    world.transactions.finishStuck(now: world.now) { _ in }
    let other = try world.prepare(world.draft([("a", 0, "z")]))
    faults.setRoom(0)
    world.transactions.advance(to: world.now + 3_600_000)
    try world.settle()
    try world.makeRoom()
    #expect(try world.transactions.transaction(prepared.id).state == .committing)
    #expect(try world.transactions.transaction(other.id).state == .prepared)
    let earlier = world.now - 3_600_000
    world.transactions.finishStuck(now: earlier) { _ in }
    world.transactions.advance(to: world.now + 1000)
    try world.settle()
    #expect(try world.transactions.transaction(prepared.id).state == .committed)
    #expect(try world.transactions.transaction(other.id).state == .rolledBack)
  }

  @Test func aSnapshotInTheMomentOfADecisionKeepsIt() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("b", 0, "x")]))
    try world.settle()
    // The round that syncs the decision tells somebody else first, who takes his time.
    let isSynced = DispatchSemaphore(value: 0)
    let goesOn = DispatchSemaphore(value: 0)
    let log = try world.partition("a", 0)
    log.append(BatchBuilder().finish(), acknowledgement: .committed, sink: InlineSink()) { _ in
      isSynced.signal()
      goesOn.wait()
    }
    let isCommitted = DispatchSemaphore(value: 0)
    world.transactions.commit(prepared.id, now: world.now, sink: InlineSink()) { _ in
      isCommitted.signal()
    }
    world.data.wakeWriter()
    isSynced.wait()
    let isKept = DispatchSemaphore(value: 0)
    let transactions = world.transactions
    Thread.detachNewThread {
      #expect(throws: Never.self) { try transactions.snapshot() }
      isKept.signal()
    }
    // Has it written by then what it was going to write, it has not waited for the decision.
    let snapshot = world.directory.path("state/transactions/snapshot")
    for _ in 0..<20 where !FileManager.default.fileExists(atPath: snapshot) {
      Thread.sleep(forTimeInterval: 0.01)
    }
    goesOn.signal()
    isCommitted.wait()
    isKept.wait()
    let next = try world.killed()
    #expect(try next.transactions.transaction(prepared.id).state == .committed)
    #expect(try next.values("b", 0) == ["x"])
  }

  @Test func aDeletedTopicsRecordsAreDroppedAndCounted() throws {
    let world = try TransactionsTests.world()
    let prepared = try world.prepare(world.draft([("a", 0, "x"), ("b", 0, "y"), ("b", 0, "z")]))
    try world.delete("b")
    let committed = try world.commit(prepared.id)
    #expect(committed.lanes.map(\.fate) == [.stored(Offset(0)), .dropped])
    #expect(world.transactions.standing.counts.droppedRecords == 2)
    let next = try world.killed()
    #expect(
      try next.transactions.transaction(prepared.id).lanes.map(\.fate)
        == [.stored(Offset(0)), .dropped])
  }

  @Test func outcomesAreForgottenByNumberAndByAge() throws {
    var limits = TransactionLimits()
    limits.rememberedMax = 2
    limits.rememberedMilliseconds = 10_000
    let world = try TransactionsTests.world(limits)
    var ids: [TransactionID] = []
    for index in 0..<4 {
      ids.append(try world.prepare(world.draft([("b", 0, "\(index)")])).id)
      if index < 3 { try world.commit(ids[index]) }
    }
    world.transactions.advance(to: world.now)
    func isKnown(_ world: TransactionWorld) -> [Bool] {
      ids.map { (try? world.transactions.transaction($0)) != nil }
    }
    #expect(isKnown(world) == [false, true, true, true])
    world.clock.advance(milliseconds: 10_001)
    world.transactions.advance(to: world.now)
    #expect(isKnown(world) == [false, false, false, true])
    #expect(throws: BrokerError.transactionNotFound(ids[1].description)) {
      try world.rollBack(ids[1])
    }
    try world.transactions.snapshot()
    let next = try world.reopened()
    #expect(isKnown(next) == [false, false, false, true])
    #expect(try next.prepare(next.draft([("b", 0, "x")])).id.number > ids[3].number)
  }

  // MARK: - Acks

  private static func acks(_ items: [ReceiptItem]) -> [TransactionAcks] {
    [TransactionAcks(group: "c", items: items)]
  }

  @Test func ofTwoThatAckTheSameOneIsSeen() throws {
    let world = try TransactionsTests.world()
    try world.produce("in", to: "in", 0)
    let items = try world.receive("in", max: 1)
    let drafts = try (0..<2).map {
      try world.draft([("b", 0, "out \($0)")], acks: TransactionsTests.acks(items))
    }
    let ids = try drafts.map { try world.prepare($0).id }
    let outcomes = try world.together(ids)
    #expect(throws: Never.self) { try outcomes[0].get() }
    #expect(throws: BrokerError.receiptsStale) { try outcomes[1].get() }
    #expect(throws: BrokerError.receiptsStale) { try world.commit(ids[1]) }
    #expect(try world.values("b", 0) == ["out 0"])
    #expect(try world.transactions.transaction(ids[1]).rollbackCause == .receipts)
    #expect(throws: Never.self) { try world.rollBack(ids[1]) }
  }

  @Test(arguments: ["redelivery", "seek", "deletion", "nack"])
  func theOutputOfAConsumerThatLostItsMessagesIsNeverSeen(by event: String) throws {
    let world = try TransactionsTests.world()
    try world.produce("in", to: "in", 0)
    let items = try world.receive("in", max: 1)
    let prepared = try world.prepare(
      world.draft([("b", 0, "out")], acks: TransactionsTests.acks(items)))
    let group = try world.groups.group("c")
    switch event {
    case "redelivery":
      world.clock.advance(milliseconds: 5001)
      #expect(try world.receive("in", max: 1).map(\.attempt) == [2])
    case "seek":
      let topic = try #require(world.catalog.topics["in"])
      try world.wait { group.seek(topic, to: [(0, Offset(0))], sink: InlineSink(), $0) }
    case "deletion": try world.wait { try world.groups.delete("c", sink: InlineSink(), $0) }
    default:
      let now = world.now
      try world.wait { completion in
        _ = group.settle(
          [Receipt(items: items)], .nack(delayMilliseconds: nil), now: now, random: 0,
          sink: InlineSink(), completion)
      }
    }
    #expect(throws: BrokerError.receiptsStale) { try world.commit(prepared.id) }
    #expect(try world.values("b", 0).isEmpty)
    #expect(world.transactions.standing.counts.rolledBack == [.receipts: 1])
  }

  @Test func aLeaseThatIsOverCountsUntilTheMessageIsDeliveredAnew() throws {
    let world = try TransactionsTests.world()
    try world.produce("in", to: "in", 0)
    let items = try world.receive("in", max: 1)
    let prepared = try world.prepare(
      world.draft([("b", 0, "out")], acks: TransactionsTests.acks(items)))
    world.clock.advance(milliseconds: 5001)
    _ = try world.groups.group("c").advance(to: world.now)
    try world.commit(prepared.id)
    #expect(try world.receive("in", max: 1).isEmpty)
  }

  @Test func whatIsClaimedIsNotDeliveredNorGivenBack() throws {
    let world = try TransactionsTests.world()
    try world.produce("in", to: "in", 0)
    let items = try world.receive("in", max: 1)
    let group = try world.groups.group("c")
    let receipt = Receipt(items: items)
    #expect(group.claim(items, now: world.now))
    #expect(!group.claim(items, now: world.now))
    #expect(group.holds([receipt, nil]) == [false, false])
    let now = world.now
    for settlement in [
      Settlement.nack(delayMilliseconds: 0), .bury, .extend(leaseMilliseconds: 1),
    ] {
      #expect(
        group.settle([receipt], settlement, now: now, random: 0, sink: InlineSink()) { _ in }
          == [false])
    }
    world.clock.advance(milliseconds: 60_000)
    _ = group.advance(to: world.now)
    #expect(try world.receive("in", max: 1).isEmpty)
    group.release(items, now: world.now)
    #expect(group.holds([receipt]) == [true])
    world.clock.advance(milliseconds: 60_001)
    _ = group.advance(to: world.now)
    #expect(try world.receive("in", max: 1).map(\.attempt) == [2])
  }

  @Test func aCrashRightBehindThePrepareForgetsNoDelivery() throws {
    let world = try TransactionsTests.world()
    try world.produce("in", to: "in", 0)
    // Nothing but the prepare waits for the journal that says who has the message.
    let items = try world.receive("in", max: 1)
    let prepared = try world.prepare(
      world.draft([("b", 0, "out")], acks: TransactionsTests.acks(items)))
    let next = try world.killed()
    try next.commit(prepared.id)
    next.clock.advance(milliseconds: 100_000)
    #expect(try next.receive("in", max: 1).isEmpty)
    #expect(try next.values("b", 0) == ["out"])
  }

  @Test func aDeliveryThatTheJournalCouldNotTakeIsNotTakenForDone() throws {
    let world = try TransactionsTests.world()
    for index in 0..<3 { try world.produce("\(index)", to: "in", 0) }
    world.files.faults.setRoom(0)
    #expect(try world.receive("in", max: 1).count == 1)
    try world.settle()
    world.files.faults.clear()
    // The journal knows nothing of the first delivery: of this one it must not hear before.
    let second = try world.receive("in", max: 1)
    try world.settle()
    #expect(try world.killed().receive("in", max: 10).map(\.offset) == [0, 1, 2])
    let refused = try world.draft([("b", 0, "out")], acks: TransactionsTests.acks(second))
    #expect(throws: BrokerError.self) { try world.prepare(refused) }
  }

  @Test func aSnapshotMendsTheGroupsJournal() throws {
    let world = try TransactionsTests.world()
    for index in 0..<3 { try world.produce("\(index)", to: "in", 0) }
    world.files.faults.setRoom(0)
    let first = try world.receive("in", max: 1)
    try world.makeRoom()
    let prepared = try world.prepare(
      world.draft([("b", 0, "out")], acks: TransactionsTests.acks(first)))
    let next = try world.killed()
    try next.commit(prepared.id)
    #expect(try next.receive("in", max: 10).map(\.offset) == [1, 2])
  }

  @Test func anOrderedGroupGoesOnWithTheCommit() throws {
    let world = try TransactionsTests.world()
    var config = GroupConfig()
    config.isOrdered = true
    try world.wait { world.groups.put("c", config, sink: InlineSink(), $0) }
    try world.produce("first", to: "in", 0)
    try world.produce("second", to: "in", 0)
    let items = try world.receive("in", max: 1)
    #expect(try world.receive("in", max: 1).isEmpty)
    let prepared = try world.prepare(
      world.draft([("b", 0, "out")], acks: TransactionsTests.acks(items)))
    #expect(try world.receive("in", max: 1).isEmpty)
    try world.commit(prepared.id)
    #expect(try world.receive("in", max: 1).map(\.offset) == [1])
  }
}
