import Glibc
import Log
import Support
import Testing

@testable import Broker

/// Records of transactions that are delivered later.
@Suite struct TransactionDelayTests {
  private static func world(
    _ limits: BrokerLimits = BrokerLimits(), durability: LogSettings.Durability = .memory
  ) throws -> TransactionWorld {
    let world = try TransactionWorld(brokerLimits: limits)
    try world.make(topics: ["a": 2, "b": 1], durability: durability)
    return world
  }

  private static func pass(_ world: TransactionWorld, _ milliseconds: Int) throws {
    try world.settle()
    world.clock.advance(milliseconds: milliseconds)
    try world.settle()
  }

  private static func keys(_ world: TransactionWorld, _ id: TransactionID) throws -> [DelayKey] {
    try world.transactions.transaction(id).lanes.flatMap(\.keys)
  }

  /// Has a commit end well, and its journal hear nothing of that.
  private static func commitUnnoted(_ world: TransactionWorld, _ id: TransactionID) throws {
    let faults = world.files.faults
    faults.watchWrites { path in
      guard path.contains("/state/scheduled/") else { return }
      faults.fail(.write, suffix: "state/transactions/00000000000000000000.log", code: ENOSPC)
    }
    #expect(try world.commit(id).state == .committed)
    try world.settle()
    faults.watchWrites(nil)
    faults.clear()
    #expect(world.transactions.state.withLock { $0.unnoted } == [id.number])
  }

  @Test(arguments: [LogSettings.Durability.memory, .disk])
  func aDelayCountsFromTheCommitAndATimeIsATime(durability: LogSettings.Durability) throws {
    let world = try TransactionDelayTests.world(durability: durability)
    let time = world.now + 60_000
    let draft = try world.draft(records: [
      ("a", 1, "at once", .now), ("a", 0, "after", .after(5000)), ("a", 1, "at", .at(time)),
      ("a", 0, "past", .at(1)),
    ])
    let prepared = try world.prepare(draft)
    #expect(prepared.lanes.map(\.count) == [1, 1, 2] && prepared.delayedRecords == 2)
    try TransactionDelayTests.pass(world, 20_000)
    #expect(try world.waiting().isEmpty)
    let committed = try world.commit(prepared.id)
    let dues = [world.now + 5000, time]
    #expect(committed.lanes[2].keys.map(\.due) == dues)
    #expect(try world.waiting().map(\.key) == committed.lanes[2].keys)
    #expect(try world.values("a", 0) == ["past"])
    try TransactionDelayTests.pass(world, 4999)
    #expect(try world.values("a", 0) == ["past"])
    try TransactionDelayTests.pass(world, 1)
    #expect(try world.values("a", 0) == ["past", "after"])
    try TransactionDelayTests.pass(world, Int(time - world.now))
    #expect(try world.values("a", 1) == ["at once", "at"])
  }

  @Test func whatFellDueBeforeTheCommitIsDeliveredAtOnce() throws {
    let world = try TransactionDelayTests.world()
    let prepared = try world.prepare(world.draft(records: [("b", 0, "x", .at(world.now + 10))]))
    try TransactionDelayTests.pass(world, 4_000_000)
    #expect(try world.values("b", 0).isEmpty)
    let committed = try world.commit(prepared.id)
    #expect(committed.lanes[0].keys.map(\.due) == [world.now])
    try world.settle()
    #expect(try world.values("b", 0) == ["x"])
  }

  @Test func aRollbackSchedulesNothing() throws {
    let world = try TransactionDelayTests.world()
    let prepared = try world.prepare(world.draft(records: [("b", 0, "x", .after(10))]))
    try world.rollBack(prepared.id)
    try TransactionDelayTests.pass(world, 1000)
    #expect(try world.waiting().isEmpty && world.values("b", 0).isEmpty)
    let next = try world.killed()
    try TransactionDelayTests.pass(next, 1000)
    #expect(try next.waiting().isEmpty && next.values("b", 0).isEmpty)
  }

  @Test func whatTheRecordsAreCanBeLookedAt() throws {
    let world = try TransactionDelayTests.world()
    let time = world.now + 500
    let prepared = try world.prepare(
      world.draft(records: [
        ("a", 1, "x", .after(250)), ("a", 0, "y", .now), ("a", 0, "z", .at(time)),
      ]))
    var found: [(String, Int, DeliveryTime)] = []
    for part in try world.transactions.records(of: prepared.id) {
      part.forEach { record, partition, time in
        found.append((String(decoding: record.value!, as: UTF8.self), partition, time))
      }
    }
    #expect(found.map(\.0) == ["y", "x", "z"])
    #expect(found.map(\.1) == [0, 1, 0])
    #expect(found.map(\.2) == [.now, .after(250), .at(time)])
  }

  @Test func aKillAtAnyWriteOfACommitSchedulesItsRecordsOnce() throws {
    var kills = 0
    for looks in 0..<12 {
      let world = try TransactionDelayTests.world()
      let prepared = try world.prepare(
        world.draft(records: [
          ("b", 0, "plain", .now), ("a", 0, "x", .after(10)), ("b", 0, "y", .after(10)),
        ]))
      try world.settle()
      world.plan.withLock { $0 = TransactionWorld.Plan(interruption: .kill, looks: looks) }
      try world.commit(prepared.id)
      let keys = try TransactionDelayTests.keys(world, prepared.id)
      if world.plan.withLock({ $0?.left != nil }) { kills += 1 }
      // The second kill finds the first one made good.
      let next = try world.killed().killed()
      #expect(try next.transactions.transaction(prepared.id).state == .committed)
      #expect(try Set(TransactionDelayTests.keys(next, prepared.id).map(\.due)) == [keys[0].due])
      #expect(try next.waiting().count == 2)
      try TransactionDelayTests.pass(next, 10)
      #expect(try next.values("a", 0) == ["x"] && next.values("b", 0) == ["plain", "y"])
    }
    #expect(kills >= 4)
  }

  @Test(arguments: [true, false])
  func whatBecameOfTheRecordsMeanwhileIsNotUndone(isKilled: Bool) throws {
    let world = try TransactionDelayTests.world()
    let prepared = try world.prepare(
      world.draft(records: [
        ("a", 0, "delivered", .after(10)), ("a", 0, "taken back", .after(5000)),
        ("b", 0, "gone", .after(5000)), ("a", 1, "waits", .after(5000)),
      ]))
    try TransactionDelayTests.commitUnnoted(world, prepared.id)
    let keys = try TransactionDelayTests.keys(world, prepared.id)
    try TransactionDelayTests.pass(world, 10)
    try world.cancel(keys[1])
    try world.delete("b")
    try world.make(topics: ["b": 1])
    // A clean stop leaves a snapshot, a kill the events.
    let next = isKilled ? try world.killed() : try world.reopened()
    #expect(try next.transactions.transaction(prepared.id).state == .committed)
    #expect(try TransactionDelayTests.keys(next, prepared.id) == keys)
    #expect(try next.waiting().map(\.key) == [keys[2]])
    try TransactionDelayTests.pass(next, 5000)
    #expect(try next.values("a", 0) == ["delivered"] && next.values("b", 0).isEmpty)
    #expect(try next.values("a", 1) == ["waits"])
    // Once its journal has that it is done, nothing more is kept of it.
    #expect(next.delays.first(of: prepared.id.number, topic: "a") == nil)
  }

  @Test func onlyWhatMayNotBeKnownToBeDoneIsRemembered() throws {
    let world = try TransactionDelayTests.world()
    let first = try world.prepare(world.draft(records: [("a", 0, "x", .after(5000))])).id
    let second = try world.prepare(world.draft(records: [("a", 0, "y", .after(5000))])).id
    try world.commit(first)
    try world.settle()
    #expect(world.delays.first(of: first.number, topic: "a") == nil)
    try TransactionDelayTests.commitUnnoted(world, second)
    #expect(world.delays.first(of: second.number, topic: "a") == 1)
    world.transactions.finishStuck(now: world.now) { _ in }
    try world.settle()
    #expect(world.delays.first(of: second.number, topic: "a") == nil)
  }

  @Test func idsAreToldAgainAfterARestart() throws {
    let world = try TransactionDelayTests.world()
    let prepared = try world.prepare(
      world.draft(records: [
        ("a", 0, "x", .after(70)), ("a", 1, "y", .after(80)), ("b", 0, "z", .after(90)),
      ]))
    let keys = try world.commit(prepared.id).lanes.flatMap(\.keys)
    #expect(keys.map(\.due) == [70, 80, 90].map { world.now + $0 })
    #expect(try world.commit(prepared.id).lanes.flatMap(\.keys) == keys)
    let second = try world.killed()
    #expect(try TransactionDelayTests.keys(second, prepared.id) == keys)
    try second.transactions.snapshot()
    #expect(try TransactionDelayTests.keys(second.reopened(), prepared.id) == keys)
  }

  @Test func timesAreRememberedForSoManyRecords() {
    var state = TransactionsState(commits: 0)
    let dues = (0..<10_000).map { Int64($0) }
    for number in 1...102 {
      var lane = TransactionLane(topic: "a", partition: nil, count: 10_000, content: [])
      lane.fate = .scheduled(first: UInt64(number), dues: dues)
      var transaction = Transaction(
        id: TransactionID(number: Int64(number), secret: 0), producerGroup: "p", preparedAt: 0,
        nextCheck: 0, lanes: [lane], acks: [], acked: 0)
      transaction.state = .committed
      transaction.decidedAt = Int64(number)
      state.insert(transaction, checksMax: 1)
    }
    let kept = (1...102).filter { state.byNumber[Int64($0)]!.dueCount > 0 }
    #expect(kept == Array(3...102))
    #expect(state.byNumber[1]!.lanes[0].fate == .scheduled(first: 1, dues: []))
    // The forgotten ones make room for others.
    state.forgetOutcomes(before: 53, beyond: .max)
    #expect((53...102).allSatisfy { state.byNumber[Int64($0)]!.dueCount > 0 })
  }

  @Test func onlySoManyMayWaitButADecisionStands() throws {
    var limits = BrokerLimits()
    limits.scheduledMax = 3
    let world = try TransactionDelayTests.world(limits)
    let two = [("a", 0, "x", DeliveryTime.after(5000)), ("a", 0, "y", .after(5000))]
    let ids = try (0..<2).map { _ in try world.prepare(world.draft(records: two)).id }
    for id in ids { try world.commit(id) }
    #expect(try world.waiting().count == 4)
    #expect(throws: BrokerError.tooManyScheduled(max: 3)) {
      try world.prepare(world.draft(records: [("a", 0, "z", .after(1))]))
    }
    #expect(throws: Never.self) { try world.prepare(world.draft([("a", 0, "z")])) }
    #expect(world.transactions.standing.undecided == 1)
  }

  @Test func aRecordMayNotBeTooFarAhead() throws {
    var limits = BrokerLimits()
    limits.delayMillisecondsMax = 1000
    let world = try TransactionDelayTests.world(limits)
    for time in [DeliveryTime.after(1001), .at(world.now + 1001), .after(.max)] {
      #expect(throws: BrokerError.delayTooLong(limitMilliseconds: 1000)) {
        try world.draft(records: [("a", 0, "x", time)])
      }
    }
  }

  @Test func aDeletedTopicsRecordsAreDroppedAndCounted() throws {
    let world = try TransactionDelayTests.world()
    let prepared = try world.prepare(
      world.draft(records: [("a", 0, "x", .after(10)), ("b", 0, "y", .after(10))]))
    try world.delete("b")
    let committed = try world.commit(prepared.id)
    #expect(committed.lanes.map { $0.fate == .dropped } == [false, true])
    #expect(world.transactions.standing.counts.droppedRecords == 1)
    #expect(try world.waiting().count == 1)
  }

  @Test func aFullDiskLeavesItDecided() throws {
    let world = try TransactionDelayTests.world()
    let prepared = try world.prepare(world.draft(records: [("a", 0, "x", .after(10_000))]))
    try world.settle()
    world.plan.withLock { $0 = TransactionWorld.Plan(interruption: .fill, looks: 0) }
    #expect(throws: BrokerError.log(.outOfSpace)) { try world.commit(prepared.id) }
    #expect(try world.transactions.transaction(prepared.id).state == .committing)
    #expect(throws: BrokerError.transactionDecided(.committed)) { try world.rollBack(prepared.id) }
    let decidedAt = world.now
    try world.makeRoom()
    world.clock.advance(milliseconds: 3000)
    world.transactions.finishStuck(now: world.now) { _ in }
    try world.settle()
    #expect(try world.transactions.transaction(prepared.id).state == .committed)
    #expect(try world.waiting().map(\.key.due) == [decidedAt + 10_000])
  }
}
