import Platform
import Support
import Testing

@testable import Log

@Suite struct JournalTests {
  private static func buffer(_ text: String) -> ByteBuffer {
    let buffer = ByteBuffer()
    buffer.append(text)
    return buffer
  }

  private static func replay(_ journal: Journal) throws -> [String] {
    var seen: [String] = []
    try journal.replay(
      snapshot: { seen.append("=" + String(decoding: $0, as: UTF8.self)) },
      event: { seen.append(String(decoding: $0, as: UTF8.self)) })
    return seen
  }

  @Test func aJournalIsReplayedFromItsSnapshotOn() throws {
    let test = try TestLog()
    let journal = try test.data.openJournal("groups")
    #expect(try Self.replay(journal) == [])
    for event in ["a", "b"] { try journal.append(Self.buffer(event), timestamp: 1) }
    #expect(try Self.replay(journal) == ["a", "b"])
    try journal.writeSnapshot(Self.buffer("a and b"))
    try journal.append(Self.buffer("c"), timestamp: 2)
    let again = try test.reopened()
    #expect(try Self.replay(again.data.openJournal("groups")) == ["=a and b", "c"])
    again.data.close()
  }

  /// A journal whose first events are in a snapshot and whose others are behind it.
  private static func stopped() throws -> TestLog {
    let test = try TestLog()
    let journal = try test.data.openJournal("groups")
    for event in ["a", "b"] { try journal.append(buffer(event), timestamp: 1) }
    try journal.writeSnapshot(buffer("a and b"))
    for event in ["c", "d"] { try journal.append(buffer(event), timestamp: 1) }
    test.data.close()
    return test
  }

  /// Why the journal is refused that is left when these files are gone.
  private static func refusal(without names: [String]) throws -> String {
    let directory = try stopped().directory.copy()
    for name in names {
      try DiskFileSystem().removeFile(directory.path("state/groups/" + name))
    }
    let opened = try TestLog(in: directory)
    defer { opened.data.close() }
    do {
      let found = try replay(opened.data.openJournal("groups"))
      throw Disagreement("it was opened, with \(found)")
    } catch let error as LogError {
      return "\(error)".replacing(directory.path + "/", with: "")
    }
  }

  @Test func aJournalThatIsGoneIsNotAnEmptyOne() throws {
    let log = Offset(2).fileStem + ".log"
    #expect(
      try Self.refusal(without: [log])
        == "state/groups at position 0: its segment files are missing, "
        + "and events before offset 4 with them")
    #expect(
      try Self.refusal(without: ["snapshot"])
        == "state/groups/snapshot at position 0: "
        + "it is missing, and the events before offset 2 with it")
  }

  @Test func aJournalThatEndsBeforeItsSnapshotIsRefused() throws {
    let test = try Self.stopped()
    let old = try test.directory.copy()
    // What lies there is of another day, and nobody knows any more how far it went.
    try DiskFileSystem().removeFile(old.path("recovery-point"))
    for suffix in [".log", ".tags", ".index", ".timeindex"] {
      try DiskFile(old.path("state/groups/\(Offset(2).fileStem)\(suffix)"), .readWrite)
        .truncate(to: 0)
      try DiskFileSystem().rename(
        old.path("state/groups/\(Offset(2).fileStem)\(suffix)"),
        to: old.path("state/groups/\(Offset(1).fileStem)\(suffix)"))
    }
    let opened = try TestLog(in: old)
    #expect(
      throws: LogError.corrupted(
        file: old.path("state/groups/\(Offset(1).fileStem).log"), position: 0,
        reason: "the events end before offset 1, and the snapshot is of 2")
    ) { try Self.replay(opened.data.openJournal("groups")).count }
    opened.data.close()
  }

  @Test func aDamagedEventIsSaidAndNotSkipped() throws {
    let test = try TestLog()
    let journal = try test.data.openJournal("groups")
    for event in ["a", "b", "c"] { try journal.append(Self.buffer(event), timestamp: 1) }
    try test.data.writer.checkpoint()
    let left = try test.directory.copy()
    let stem = left.path("state/groups/\(Offset.zero.fileStem)")
    let size = try DiskFile(stem + ".log", .read).size() / 3
    try RecoveryTests.flip(stem + ".log", at: size + 65)
    try DiskFileSystem().removeFile(stem + ".tags")
    let opened = try TestLog(in: left)
    let damaged = try opened.data.openJournal("groups")
    #expect(throws: LogError.self) { try Self.replay(damaged).count }
    for one in [test, opened] { one.data.close() }
  }
}
