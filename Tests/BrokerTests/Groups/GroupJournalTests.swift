import Log
import Platform
import Support
import Testing

@testable import Broker

/// What the groups' journal holds when the disk was full for a while.
@Suite struct GroupJournalTests {
  private static let file = "state/groups/\(Offset.zero.fileStem).log"

  private static func world(_ files: FaultyFileSystem) throws -> GroupWorld {
    let world = try GroupWorld(GroupConfig(), files: files)
    try world.settle(topics: ["t": 1, "u": 1])
    #expect(try world.lease(1).parts.isEmpty)
    for _ in 0..<3 { try world.produce([nil], to: "t", 0) }
    #expect(world.groups.journal.waitForAll())
    return world
  }

  /// The messages that the next server delivers, sooner or later.
  private static func delivered(by directory: TemporaryDirectory, _ clock: ManualClock) throws
    -> [Int64]
  {
    let next = try GroupWorld(GroupConfig(), in: directory, clock: clock)
    clock.advance(milliseconds: 120_000)
    defer { next.data.close() }
    return try next.lease(100).parts.flatMap { $0.runs.flatMap(\.range) }.sorted()
  }

  /// An event that was lost must not be followed by others before a snapshot holds it.
  @Test func aServerKilledWhileTheJournalIsMendedLosesNothing() throws {
    let files = FaultyFileSystem()
    let world = try GroupJournalTests.world(files)
    files.faults.fail(.write, suffix: GroupJournalTests.file, code: 28)
    #expect(try world.lease(1).count == 1)
    #expect(!world.groups.journal.waitForAll())
    files.faults.clear()
    var left: TemporaryDirectory?
    try world.groups.journal.snapshotWhenDue { buffer in
      #expect((try? world.lease(1).count) == 1)
      // The writer's thread is through with what came before this.
      try? world.produce([nil], to: "u", 0)
      left = try? world.directory.copy()
      world.groups.writeSnapshot(into: buffer)
    }
    let copy = try #require(left)
    #expect(try GroupJournalTests.delivered(by: copy, world.clock) == [0, 1, 2])
    // What came meanwhile is written down behind the snapshot.
    #expect(world.groups.journal.waitForAll())
    #expect(try world.settle(GroupWorld.receipts(world.lease(100)), .ack).count == 3)
    let later = try world.directory.copy()
    #expect(try GroupJournalTests.delivered(by: later, world.clock).isEmpty)
  }

  /// Nor by those that were on their way already.
  @Test func nothingIsWrittenBehindAnEventThatIsLost() throws {
    let files = FaultyFileSystem()
    let world = try GroupJournalTests.world(files)
    files.faults.fail(.write, suffix: GroupJournalTests.file, code: 28)
    let group = try world.group
    let topic = try world.topic("t")
    let now = world.now
    let request = ReceiveRequest(
      topics: [topic], tags: nil, maxRecords: 1, maxBytes: 1, leaseMilliseconds: nil,
      fromOnePartition: false)
    _ = try group.receive(request, now: now)
    // While the first event is refused the second is handed over, and then there is room again.
    let writes = Lock(0)
    let faults = files.faults
    faults.watchWrites { path in
      guard path.hasSuffix(GroupJournalTests.file) else { return }
      let count = writes.withLock { writes in
        writes += 1
        return writes
      }
      if count == 1 { _ = try? group.receive(request, now: now) } else { faults.clear() }
    }
    #expect(!world.groups.journal.waitForAll())
    try world.produce([nil], to: "u", 0)
    let copy = try world.directory.copy()
    #expect(try GroupJournalTests.delivered(by: copy, world.clock) == [0, 1, 2])
  }

  /// What a snapshot holds no event undoes that is read back after it: those that were noted later
  /// are written by then.
  @Test func aServerKilledBehindASnapshotKnowsWhatItHolds() throws {
    let world = try GroupWorld(GroupConfig())
    try world.settle(topics: ["t": 1])
    try world.produce([nil], to: "t", 0)
    let receipts = GroupWorld.receipts(try world.lease(1))
    #expect(try world.settle(receipts, .nack(delayMilliseconds: 0)) == [true])
    #expect(try world.lease(1).parts.first?.runs.first?.attempt == 2)
    try world.groups.journal.snapshot(world.groups.writeSnapshot)
    let next = try world.killed()
    next.clock.advance(milliseconds: 120_000)
    #expect(try next.lease(1).parts.first?.runs.first?.attempt == 3)
    next.data.close()
  }

  @Test func aServerKilledBehindASnapshotLosesNoMessageToASeekThatWasUnderWay() throws {
    let world = try GroupWorld(GroupConfig())
    try world.settle(topics: ["t": 1])
    for _ in 0..<3 { try world.produce([nil], to: "t", 0) }
    #expect(try world.lease(1).count == 1)
    #expect(world.groups.journal.waitForAll())
    let receipts = GroupWorld.receipts(try world.lease(2))
    #expect(try world.settle(receipts, .ack) == [true, true])
    // Handed over; nobody has the writer begin.
    try world.group.seek(try world.topic("t"), to: [(0, .zero)], sink: InlineSink()) { _ in }
    try world.groups.journal.snapshot(world.groups.writeSnapshot)
    let left = try world.directory.copy()
    #expect(try GroupJournalTests.delivered(by: left, world.clock) == [0, 1, 2])
    world.data.close()
  }
}
