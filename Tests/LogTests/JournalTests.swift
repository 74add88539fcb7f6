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
