import Glibc
import Log
import Support
import Testing

@testable import Broker

/// A disk that fails in one place, or is full when the server starts, holds up nothing else.
@Suite struct DelayFaultTests {
  private static let journal = "state/scheduled/00000000000000000000.log"

  /// What the next server finds when this one is killed now and its journal has no room.
  private static func killedOnAFullDisk(
    _ world: DelayWorld
  ) throws -> (world: DelayWorld, faults: Faults) {
    let copy = try world.directory.copy()
    world.stop()
    let files = FaultyFileSystem()
    files.faults.fail(.write, suffix: journal, code: ENOSPC)
    return (try DelayWorld(in: copy, clock: world.clock, files: files), files.faults)
  }

  /// Ends the rest that a full disk brought about.
  private static func makeRoom(_ world: DelayWorld, _ faults: Faults) {
    world.delays.settle()
    faults.clear()
    world.pass(milliseconds: DelayRounds.restMilliseconds)
  }

  @Test func aBucketThatCannotBeReadHoldsUpNoOther() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    let hour = 3_600_000
    try world.add([("bad", world.now + Int64(2 * hour), 0)], to: "t")
    try world.add([("good", world.now + Int64(50 * hour), 0)], to: "t")
    files.faults.fail(.read, suffix: "files/2", code: EIO)
    world.pass(milliseconds: 2 * hour)
    #expect(try world.delivered("t") == [])
    world.pass(milliseconds: 48 * hour)
    #expect(try world.delivered("t") == ["good"])
    #expect(world.delays.counts.waiting == 1)
    files.faults.clear()
    world.pass(milliseconds: DelayRounds.unreadableMilliseconds)
    #expect(try world.delivered("t") == ["good", "bad"])
    let next = try world.killed()
    #expect(try next.delivered("t") == ["good", "bad"])
    #expect(next.delays.counts.waiting == 0)
  }

  @Test func aServerThatStartsOnAFullDiskSaysLaterWhatHasArrived() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add([("x", world.now + 10_000, 0)], to: "t")
    // Once the record is stored there is no room to say so.
    files.faults.watchWrites { [faults = files.faults] path in
      if path.hasSuffix("topics/t-0/00000000000000000000.log") {
        faults.fail(.write, suffix: DelayFaultTests.journal, code: ENOSPC)
      }
    }
    world.pass(milliseconds: 10_000)
    let (next, faults) = try DelayFaultTests.killedOnAFullDisk(world)
    #expect(next.delays.counts.waiting == 0)
    #expect(!next.delays.noteArrivals())
    DelayFaultTests.makeRoom(next, faults)
    #expect(next.delays.noteArrivals())
    // The journal knows it: nobody looks for the record any more.
    _ = try next.topic("t").partition(0).truncate(before: Offset(1))
    let last = try next.killed()
    last.pass(milliseconds: 10_000)
    #expect(last.delays.counts.waiting == 0)
    #expect(try last.topic("t").partition(0).offsets.logEnd == Offset(1))
  }

  @Test func aServerThatStartsOnAFullDiskForgetsWhatWaitedForADeletedTopic() throws {
    let files = FaultyFileSystem()
    let world = try DelayWorld(files: files)
    try world.make("t")
    try world.add([("x", world.now + 10_000, 0)], to: "t")
    files.faults.fail(.write, suffix: DelayFaultTests.journal, code: ENOSPC)
    #expect(throws: LogError.outOfSpace) { try world.delete("t") }
    let (next, faults) = try DelayFaultTests.killedOnAFullDisk(world)
    #expect(next.delays.counts.waiting == 0)
    #expect(throws: LogError.outOfSpace) { try next.delays.forget(topic: "t") {} }
    DelayFaultTests.makeRoom(next, faults)
    try next.delays.forget(topic: "t") { next.data.wakeWriter() }
    try next.make("t")
    let last = try next.killed()
    last.pass(milliseconds: 10_000)
    #expect(last.delays.counts.waiting == 0)
    #expect(try last.delivered("t") == [])
  }
}
