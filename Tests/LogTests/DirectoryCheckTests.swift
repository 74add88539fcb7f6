import Metrics
import Platform
import Support
import Testing

@testable import Log

/// A data directory under the check: what is sound passes, and whatever is changed is found.
@Suite struct DirectoryCheckTests {
  /// A stopped server's directory: 40 batches of a log with tags and several segments, and a
  /// journal with a snapshot.
  private static func stopped() throws -> TemporaryDirectory {
    let test = try TestLog(LogSettings(segmentBytes: 8192))
    for index in 0..<40 {
      let tag = index % 3 == 0 ? nil : "tag-\(index % 3)"
      let value = String(repeating: "v", count: 500) + "\(index)"
      _ = try test.append([.small(value, tag: tag, at: 1000 + Int64(index * 7 % 11))]).get()
    }
    let journal = try test.data.openJournal("things")
    let event = ByteBuffer()
    event.append("event")
    try journal.append(event, timestamp: 1000)
    try journal.writeSnapshot(event)
    try journal.append(event, timestamp: 1000)
    test.data.close()
    return test.directory
  }

  private static func check(
    _ directory: TemporaryDirectory
  ) throws -> (DirectoryCheck.Count, [DirectoryCheck.Fault]) {
    var faults: [DirectoryCheck.Fault] = []
    let check = try DirectoryCheck(directory.path)
    var last = 0
    let count = try check.run(
      progress: { bytes in
        #expect(bytes >= last)
        last = bytes
      }, fault: { faults.append($0) })
    #expect(last <= check.totalBytes)
    return (count, faults)
  }

  private static func segments(_ directory: TemporaryDirectory) throws -> [Offset] {
    try LogLoader.segmentBases(in: directory.path(TestLog.name), DiskFileSystem())
  }

  @Test func whatIsSoundHasNoFault() throws {
    let directory = try Self.stopped()
    let (count, faults) = try Self.check(directory)
    #expect(faults == [])
    #expect(count.faults == 0)
    #expect(count.logs == 2)
    #expect(count.batches == 41)
    #expect(count.records == 41)
    #expect(try count.segments == Self.segments(directory).count + 1)
    #expect(count.segments > 3)
  }

  @Test func whatIsGoneIsFound() throws {
    let directory = try Self.stopped()
    let files = DiskFileSystem()
    let last = try Self.segments(directory).last!
    for base in try Self.segments(directory) {
      try files.removeFile(TestLog.path("log", segment: base.value, in: directory))
    }
    try files.removeFile(directory.path("state/things/snapshot"))
    let (count, faults) = try Self.check(directory)
    #expect(
      faults == [
        DirectoryCheck.Fault(
          file: "state/things/snapshot", position: 0,
          reason: "it is missing, and events before offset 1 with it"),
        DirectoryCheck.Fault(
          file: TestLog.name, position: 0,
          reason: "no segment is there, and offsets up to 39 were synced"),
      ])
    #expect(count.faults == 2 && last > .zero)
  }

  @Test func whatCannotBeOpenedIsAFaultAndTheRestIsLookedAt() throws {
    let directory = try Self.stopped()
    let (whole, _) = try Self.check(directory)
    let base = try Self.segments(directory)[1]
    let path = TestLog.path("log", segment: base.value, in: directory)
    try DiskFileSystem().removeFile(path)
    try DiskFileSystem().createDirectory(path)
    let (count, faults) = try Self.check(directory)
    #expect(faults.map(\.file) == ["\(TestLog.name)/\(base.fileStem).log"])
    #expect(faults.first?.reason.hasSuffix("Is a directory") == true)
    #expect(count.segments == whole.segments)
    #expect(count.batches > whole.batches / 2 && count.batches < whole.batches)
  }

  @Test func everyFlippedBitOfALogIsFound() throws {
    let directory = try Self.stopped()
    var random = SeededGenerator(3)
    let files = DiskFileSystem()
    for base in try Self.segments(directory) {
      let path = TestLog.path("log", segment: base.value, in: directory)
      let size = try files.open(path, .read).size()
      for _ in 0..<10 {
        // The leader epoch stands outside the checksum and says nothing.
        let position = Int.random(in: 0..<size, using: &random)
        let start = Self.positions(path).last { $0 <= position } ?? 0
        if (12..<16).contains(position - start) { continue }
        let copy = try directory.copy()
        try RecoveryTests.flip(TestLog.path("log", segment: base.value, in: copy), at: position)
        let (count, faults) = try Self.check(copy)
        #expect(count.faults >= 1, "\(base) at \(position)")
        #expect(faults.contains { $0.file.hasSuffix("\(base.fileStem).log") && !$0.isMended })
        // It is found where it is, and no batch beside it is accused.
        let logFaults = faults.filter { $0.file.hasSuffix(".log") }
        #expect(logFaults.count <= 2, "\(logFaults)")
        #expect(logFaults.first.map { $0.position <= position } == true)
      }
    }
  }

  private static func positions(_ path: String) -> [Int] {
    var positions: [Int] = []
    _ = try? SegmentSurvey(path).forEachBatch { positions.append($0.position) }
    return positions
  }

  @Test(arguments: ["index", "timeindex", "tags"])
  func everyChangedIndexIsFound(suffix: String) throws {
    let directory = try Self.stopped()
    let files = DiskFileSystem()
    for base in try Self.segments(directory) {
      let size = try files.open(
        TestLog.path(suffix, segment: base.value, in: directory), .read
      ).size()
      guard size > 0 else { continue }
      let changed = try directory.copy()
      try RecoveryTests.flip(
        TestLog.path(suffix, segment: base.value, in: changed), at: size - 1, bit: 0)
      let (count, faults) = try Self.check(changed)
      #expect(count.faults >= 1, "\(base)")
      #expect(faults.allSatisfy { $0.file.contains(base.fileStem) })
      let missing = try directory.copy()
      try files.removeFile(TestLog.path(suffix, segment: base.value, in: missing))
      let (missed, found) = try Self.check(missing)
      #expect(missed.faults == 1)
      #expect(found.first?.file.hasSuffix("\(base.fileStem).\(suffix)") == true)
    }
  }

  @Test func anIndexThatSaysSomethingElseIsFoundThoughItsChecksumHolds() throws {
    let directory = try Self.stopped()
    let files = DiskFileSystem()
    let base = try Self.segments(directory)[1]
    let stem = directory.path("\(TestLog.name)/\(base.fileStem)")
    let other = try Self.segments(directory)[2]
    // Another segment's indexes fit together, and not with this log.
    for suffix in [".index", ".timeindex", ".tags"] {
      try files.removeFile(stem + suffix)
      let source = try #require(
        try files.readWhole(directory.path("\(TestLog.name)/\(other.fileStem)\(suffix)")))
      let target = try files.open(stem + suffix, .createOrOpen)
      try target.write([source.bytes], at: 0)
    }
    let (count, faults) = try Self.check(directory)
    #expect(count.faults >= 1)
    #expect(faults.allSatisfy { $0.file.contains(base.fileStem) && !$0.file.hasSuffix(".log") })
  }

  @Test func aMissingSegmentAndALostEndAreFound() throws {
    let directory = try Self.stopped()
    let files = DiskFileSystem()
    let bases = try Self.segments(directory)
    let gone = try directory.copy()
    for suffix in ["log", "index", "timeindex", "tags"] {
      try files.removeFile(TestLog.path(suffix, segment: bases[1].value, in: gone))
    }
    let (_, faults) = try Self.check(gone)
    #expect(faults.count == 1)
    let lost = "offsets \(bases[1]) to \(bases[2].value - 1) were synced and are not there"
    #expect(faults.first?.reason == lost)
    #expect(faults.first?.file.hasSuffix("\(bases[0].fileStem).log") == true)
    let cut = try directory.copy()
    let last = try #require(bases.last)
    try files.open(TestLog.path("log", segment: last.value, in: cut), .readWrite).truncate(to: 700)
    let (count, ends) = try Self.check(cut)
    #expect(count.faults >= 1)
    #expect(ends.contains { $0.file.hasSuffix("\(last.fileStem).log") })
  }

  @Test func aDamagedSnapshotIsFound() throws {
    let directory = try Self.stopped()
    try RecoveryTests.flip(directory.path("state/things/snapshot"), at: 13)
    let (count, faults) = try Self.check(directory)
    #expect(count.faults == 1)
    #expect(faults.first?.file == "state/things/snapshot")
  }

  @Test func aDamagedTableOfProducersIsFound() throws {
    let directory = try Self.stopped()
    let file = "\(TestLog.name)/\(ProducerTable.fileName)"
    let garbage = ByteBuffer()
    garbage.append("not a table of producers, whatever else it may be")
    try DiskFileSystem().replaceWhole(directory.path(file), with: garbage)
    let (count, faults) = try Self.check(directory)
    #expect(count.faults == 1)
    #expect(faults.first?.file == file)
  }

  @Test func whatACrashLeavesIsMendedAndNoFault() throws {
    let test = try TestLog()
    for index in 0..<5 { _ = try test.append([.small("v\(index)")]).get() }
    let left = try test.directory.copy()
    test.data.close()
    let path = TestLog.path("log", in: left)
    let size = try DiskFile(path, .read).size()
    try DiskFile(path, .readWrite).truncate(to: size - 3)
    let (count, faults) = try Self.check(left)
    #expect(count.faults == 0)
    #expect(count.batches == 4)
    #expect(faults.contains { $0.isMended && $0.reason.contains("torn end") })
  }

  @Test func aDirectoryInUseOrOfAnotherKindIsLeftAlone() throws {
    let test = try TestLog()
    #expect {
      try DirectoryCheck(test.directory.path)
    } throws: {
      if case DataDirectory.OpenFailure.inUse = $0 { true } else { false }
    }
    test.data.close()
    let files = DiskFileSystem()
    let note = ByteBuffer()
    note.append("9\n")
    try files.replaceWhole(test.directory.path("format"), with: note)
    #expect {
      try DirectoryCheck(test.directory.path)
    } throws: {
      if case DataDirectory.OpenFailure.foreignFormat("9") = $0 { true } else { false }
    }
    let empty = TemporaryDirectory()
    #expect(throws: DataDirectory.OpenFailure.self) { try DirectoryCheck(empty.path) }
    #expect(!files.exists(empty.path("LOCK")))
  }
}
