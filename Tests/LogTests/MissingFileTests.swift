import Glibc
import Platform
import Support
import Testing

@testable import Log

/// Segment files that are gone, or that the machine does not let us open: the rest is served, and
/// nothing is passed over in silence.
@Suite struct MissingFileTests {
  /// Ten batches of one record each, two or three in a segment, stopped cleanly.
  private static func stopped() throws -> (TestLog, bases: [Int64]) {
    let test = try TestLog(LogSettings(segmentBytes: 200))
    for index in 0..<10 { test.append([.small("record \(index)")]) }
    let bases = try test.log.describeSegments().map(\.baseOffset.value)
    try #require(bases.count > 3)
    test.data.close()
    return (test, bases)
  }

  enum Left: CaseIterable, Sendable {
    /// As a clean stop leaves the directory.
    case clean
    /// As a crash does.
    case crashed
    /// As a server did that did not write down where a segment's records end.
    case older
  }

  @Test(arguments: Left.allCases)
  func aSegmentMissingInTheMiddleIsDamage(_ left: Left) throws {
    let (test, bases) = try Self.stopped()
    let directory = try test.directory.copy()
    let files = DiskFileSystem()
    if left == .crashed { try files.removeFile(directory.path("clean-shutdown")) }
    if left == .older { try Self.forgetEnd(ofSegment: 0, in: directory) }
    let missing = TestLog.path("log", segment: bases[1], in: directory)
    let away = directory.path("away")
    try files.rename(missing, to: away)
    let opened = try TestLog(test.log.settings, in: directory, clock: test.clock)
    let path = opened.path("log")
    let position = try DiskFile(path, .read).size()
    let error = LogError.corrupted(
      file: path, position: position, reason: "records that were stored from here on are missing")
    #expect(try opened.offsets(from: 0) == (Array(0..<bases[1]), error))
    for offset in bases[1]..<bases[2] {
      #expect(try opened.offsets(from: offset) == ([], error))
    }
    #expect(try opened.offsets(from: bases[2]) == (Array(bases[2]..<10), nil))
    #expect(opened.metrics.damagedRanges.value == 1)
    #expect(
      opened.reports == [
        "\(path): records that were stored from position \(position) on are missing"
      ])
    let first = try opened.log.describeSegments()[0]
    #expect(first.baseOffset == .zero && first.nextOffset == Offset(bases[1]))
    // The next start knows it; and once the file is there again, all is as it was.
    let again = try opened.reopened()
    #expect(try again.offsets(from: 0).1 == error)
    again.data.close()
    try files.rename(away, to: missing)
    let whole = try TestLog(test.log.settings, in: directory, clock: test.clock)
    #expect(try whole.offsets(from: 0) == (Array(0..<10), nil))
    #expect(whole.metrics.damagedRanges.value == 0)
    whole.data.close()
  }

  @Test func theOffsetsOfALogWhoseOnlySegmentIsGoneAreNotGivenOutAgain() throws {
    let test = try TestLog()
    for index in 0..<10 { test.append([.small("record \(index)")]) }
    test.data.close()
    let directory = try test.directory.copy()
    try DiskFileSystem().removeFile(TestLog.path("log", in: directory))
    let opened = try TestLog(in: directory, clock: test.clock)
    func error(_ test: TestLog) -> LogError {
      .corrupted(
        file: test.path("log"), position: 0,
        reason: "records that were stored from here on are missing")
    }
    for offset: Int64 in [0, 9] {
      #expect(try opened.offsets(from: offset) == ([], error(opened)))
    }
    #expect(opened.metrics.damagedRanges.value == 1)
    #expect(opened.reports.count == 1)
    #expect(try opened.append([.small("next")]).get().baseOffset == Offset(10))
    for again in [try opened.crashed(), try opened.reopened()] {
      #expect(try again.offsets(from: 10) == ([10], nil))
      #expect(try again.offsets(from: 0) == ([], error(again)))
      #expect(try again.append([.small("next")]).get().baseOffset == Offset(11))
      again.data.close()
    }
  }

  @Test func aLogThatIsGoneStillKnowsItsProducers() throws {
    let test = try TestLog()
    test.append([.small("first")])
    let stored = try test.produce(7, 0).get()
    test.data.close()
    let directory = try test.directory.copy()
    try DiskFileSystem().removeFile(TestLog.path("log", in: directory))
    let opened = try TestLog(in: directory, clock: test.clock)
    let repeated = try opened.produce(7, 0).get()
    #expect(stored.baseOffset == Offset(1) && repeated.baseOffset == Offset(1))
    #expect(try opened.produce(7, 1).get().baseOffset == Offset(2))
    opened.data.close()
  }

  @Test func aDirectoryWithoutALogIsAnEmptyOneIfNothingWasEverStored() throws {
    let test = try TestLog()
    test.data.close()
    try DiskFileSystem().removeFile(test.path("log"))
    let again = try TestLog(in: test.directory, clock: test.clock)
    #expect(again.metrics.damagedRanges.value == 0)
    #expect(try again.append([.small("first")]).get().baseOffset == .zero)
    again.data.close()
  }

  @Test(arguments: [EACCES, EISDIR])
  func aSegmentThatCannotBeOpenedDoesNotKeepTheRest(_ code: CInt) throws {
    let (test, bases) = try Self.stopped()
    let files = FaultyFileSystem()
    let path = test.path("log", segment: bases[1])
    files.faults.fail(.open, suffix: "\(Offset(bases[1]).fileStem).log", code: code)
    let opened = try TestLog(
      test.log.settings, in: test.directory, clock: test.clock, files: files)
    let reason = SystemError(code: code, operation: "fault", subject: path).description
    let error = LogError.unreadable(reason: reason)
    #expect(try opened.offsets(from: 0) == (Array(0..<bases[1]), error))
    #expect(try opened.offsets(from: bases[1]) == ([], error))
    #expect(try opened.offsets(from: bases[2]) == (Array(bases[2]..<10), nil))
    #expect(throws: error) { try opened.log.segmentRegion(baseOffset: Offset(bases[1])) == nil }
    #expect(opened.metrics.damagedRanges.value == 1)
    #expect(
      opened.reports == ["the records from offset \(bases[1]) on cannot be served: \(reason)"])
    #expect(try opened.append([.small("next")]).get().baseOffset == Offset(10))
    opened.data.close()
    // The next start looks at everything, and finds it as it was.
    #expect(!DiskFileSystem().exists(test.directory.path("clean-shutdown")))
    let whole = try TestLog(test.log.settings, in: test.directory, clock: test.clock)
    #expect(try whole.offsets(from: 0) == (Array(0...10), nil))
    whole.data.close()
  }

  @Test func nothingIsAppendedBehindALastSegmentThatCannotBeOpened() throws {
    let (test, bases) = try Self.stopped()
    let last = bases[bases.count - 1]
    let files = FaultyFileSystem()
    files.faults.fail(.open, suffix: "\(Offset(last).fileStem).log", code: EACCES)
    let opened = try TestLog(
      test.log.settings, in: test.directory, clock: test.clock, files: files)
    #expect(try opened.offsets(from: 0).0 == Array(0..<last))
    // Not even once it can be opened: where it ends is not known to this server.
    files.faults.clear()
    guard case .failure(.unwritable) = opened.append([.small("next")]) else {
      throw Disagreement("it was appended")
    }
    #expect(throws: LogError.self) { try opened.log.truncate(before: Offset(10)).value }
    opened.data.close()
    let whole = try TestLog(test.log.settings, in: test.directory, clock: test.clock)
    #expect(try whole.offsets(from: 0) == (Array(0..<10), nil))
    #expect(try whole.append([.small("next")]).get().baseOffset == Offset(10))
    whole.data.close()
  }

  @Test func afterACrashALastSegmentThatCannotBeOpenedRefusesTheStart() throws {
    let (test, bases) = try Self.stopped()
    try DiskFileSystem().removeFile(test.directory.path("clean-shutdown"))
    let files = FaultyFileSystem()
    let name = Offset(bases[bases.count - 1]).fileStem + ".log"
    files.faults.fail(.open, suffix: name, code: EACCES)
    do {
      _ = try TestLog(test.log.settings, in: test.directory, clock: test.clock, files: files)
      throw Disagreement("it was opened")
    } catch let error as LogError {
      #expect("\(error)".hasSuffix("\(name): Permission denied"))
    }
  }

  @Test func aLogThatCouldNotBeOpenedAfterACrashIsStillToBeLookedAt() throws {
    let test = try TestLog()
    for _ in 0..<3 { test.append([.small("x")]) }
    let left = try test.directory.copy()
    test.data.close()
    let path = TestLog.path("log", in: left)
    try DiskFile(path, .readWrite).truncate(to: DiskFile(path, .read).size() - 5)
    // This server has no descriptor for it, and stops cleanly.
    let files = FaultyFileSystem()
    let data = try DataDirectory(
      left.path, openFiles: OpenFiles(files), clock: test.clock, metrics: test.metrics
    ) { _ in }
    files.faults.fail(.open, suffix: ".log", code: EMFILE)
    #expect(throws: LogError.self) {
      _ = try data.openLog(TestLog.name, settings: LogSettings())
    }
    files.faults.clear()
    data.close()
    let opened = try TestLog(in: left, clock: test.clock)
    #expect(try opened.offsets(from: 0) == ([0, 1], nil))
    #expect(opened.metrics.recoveryTruncations.value == 1)
    #expect(opened.metrics.damagedRanges.value == 0)
    opened.data.close()
  }

  /// Makes of a segment's summary what it was before ends were written down.
  private static func forgetEnd(
    ofSegment base: Int64, in directory: TemporaryDirectory
  ) throws {
    let tags = try DiskFile(TestLog.path("tags", segment: base, in: directory), .readWrite)
    func bytes(_ file: DiskFile, _ range: Range<Int>) throws -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: range.count)
      _ = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: range.lowerBound) }
      return bytes
    }
    var crc = Crc32c()
    var parts = [try bytes(tags, BatchIndex.entriesFrom..<(try tags.size()))]
    for suffix in ["index", "timeindex"] {
      let file = try DiskFile(TestLog.path(suffix, segment: base, in: directory), .read)
      parts.append(try bytes(file, 0..<(try file.size())))
    }
    parts.append(try bytes(tags, 0..<28))
    for part in parts { part.withUnsafeBytes { crc.update($0) } }
    let end =
      withUnsafeBytes(of: crc.value.bigEndian) { Array($0) } + [UInt8](repeating: 0, count: 8)
    try end.withUnsafeBytes { try tags.write([$0], at: 28) }
  }
}
