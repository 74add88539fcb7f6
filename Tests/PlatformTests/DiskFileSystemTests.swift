import Foundation
import Platform
import Support
import Testing

@Suite struct DiskFileSystemTests {
  private let disk = DiskFileSystem()
  private let directory = TemporaryDirectory()

  private func buffer(_ text: String) -> ByteBuffer {
    let buffer = ByteBuffer()
    buffer.append(text)
    return buffer
  }

  private func text(_ name: String) throws -> String? {
    try disk.readWhole(directory.path(name)).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func aFileIsReplacedWholeAndNothingElseStays() throws {
    let path = directory.path("file")
    #expect(try text("file") == nil)
    try disk.replaceWhole(path, with: buffer("a longer first text"))
    try disk.replaceWhole(path, with: buffer("second"))
    #expect(try text("file") == "second")
    #expect(try disk.list(directory.path) == ["file"])
  }

  @Test(arguments: [Faults.Call.open, .write, .synchronize])
  func aReplacementThatFailsLeavesTheOldFile(call: Faults.Call) throws {
    try disk.replaceWhole(directory.path("file"), with: buffer("old"))
    let faulty = FaultyFileSystem()
    faulty.faults.fail(call, suffix: ".new", code: EIO)
    #expect(throws: SystemError.self) {
      try faulty.replaceWhole(directory.path("file"), with: buffer("new"))
    }
    #expect(try text("file") == "old")
  }

  @Test func aTreeIsRemovedButNotWhatItsLinksPointTo() throws {
    let tree = directory.path("tree")
    try disk.createDirectory(tree + "/deep/er")
    try disk.replaceWhole(tree + "/deep/er/file", with: buffer("x"))
    try disk.createDirectory(directory.path("kept"))
    try disk.replaceWhole(directory.path("kept/file"), with: buffer("kept"))
    try FileManager.default.createSymbolicLink(
      atPath: tree + "/link", withDestinationPath: directory.path("kept"))
    try FileManager.default.createSymbolicLink(
      atPath: tree + "/dangling", withDestinationPath: "/nowhere/at/all")
    try disk.removeTree(tree)
    try disk.removeTree(tree)
    #expect(try disk.list(directory.path) == ["kept"])
    #expect(try text("kept/file") == "kept")
  }

  @Test func theRoomOfAFileSystemIsTold() throws {
    let space = try disk.space(at: directory.path)
    #expect(space.totalBytes > 0)
    #expect((0...space.totalBytes).contains(space.availableBytes))
    #expect(throws: SystemError.self) { try disk.space(at: directory.path("none")) }
  }

  @Test func namesAreListedSortedWhateverTheirLength() throws {
    let names = (1...250).map { String(repeating: "n", count: $0) }
    for name in names { _ = try disk.open(directory.path(name), .createOrOpen) }
    #expect(try disk.list(directory.path) == names)
    #expect(throws: SystemError.self) { try disk.list(directory.path("none")) }
  }

  @Test func moreThanAThousandPartsAreWrittenBackToBack() throws {
    let file = try disk.open(directory.path("parts"), .createOrOpen)
    let whole = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try whole.withUnsafeBytes { bytes in
      let parts = (0..<2500).map { index in
        UnsafeRawBufferPointer(rebasing: bytes[(index * 2)..<(index * 2 + 2)])
      }
      let empty = UnsafeRawBufferPointer(start: nil, count: 0)
      try file.write([empty] + parts + [empty], at: 10)
    }
    let content = ByteBuffer(capacity: 6000)
    _ = try content.appendUninitialized(atMost: 6000) { try file.read(into: $0, at: 10) }
    let same = content.array == whole
    #expect(same)
    #expect(try file.size() == 5010)
  }

  @Test func aLockIsHeldByOneAtATime() throws {
    let path = directory.path("LOCK")
    var first: FileLock? = try FileLock(path)
    let refused = #expect(throws: SystemError.self) { try FileLock(path).self === first }
    #expect(refused?.isLockHeld == true)
    first = nil
    _ = try FileLock(path)
    #expect(first == nil)
  }
}
