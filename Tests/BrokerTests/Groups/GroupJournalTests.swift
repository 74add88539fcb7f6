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
}
