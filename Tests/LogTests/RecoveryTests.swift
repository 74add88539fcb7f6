import Foundation
import Platform
import Support
import Testing

@testable import Log

@Suite struct RecoveryTests {
  /// A log of several segments with tags, in which nothing but `written` appends came after the
  /// first half: and what it holds.
  private static func filled(_ seed: UInt64, _ settings: LogSettings) throws -> (TestLog, LogModel)
  {
    var random = SeededGenerator(seed)
    let test = try TestLog(settings)
    var model = LogModel()
    for step in 0..<24 {
      let records = (0...random.below(5)).map { _ in
        TestRecord.small(
          String(repeating: "x", count: random.below(40)), tag: Mutation.tags[random.below(3)],
          at: 1000 + Int64(random.below(50)) + Int64(step))
      }
      let framed = FramedBatches.of(records)
      _ = try test.data.writer.appendAndWait(framed, to: test.log).get()
      model.append(framed.batches, records)
      if step == 12 { try test.data.writer.checkpoint() }
    }
    return (test, model)
  }

  /// Throws unless the log holds just what the model does, by every way of finding it.
  private static func compare(_ test: TestLog, _ model: LogModel) throws {
    let all = try test.readAll()
    guard all.map(\.header.baseOffset.value) == model.batches.map(\.base),
      all.flatMap(\.records) == model.batches.flatMap(\.records)
    else { throw Disagreement("holds \(all.count) batches, not \(model.batches.count)") }
    for tag in Mutation.tags {
      let request = ReadRequest(offset: .zero, maxBytes: .max, tags: Tag(tag).map { [$0] })
      let found = try test.read(request).map(\.header.baseOffset.value)
      guard found == model.read(request).bases else { throw Disagreement("tag \(tag): \(found)") }
    }
    for time: Int64 in [0, 1010, 1030, 1060, 2000] {
      guard try test.log.offset(atOrAfter: time).value == model.offset(atOrAfter: time)
      else { throw Disagreement("time \(time)") }
    }
  }

  /// Appends to both and compares again: also what a clean restart makes of it.
  private static func goOn(_ test: TestLog, _ model: LogModel) throws {
    var model = model
    for tag in [nil, "red"] {
      let records = [TestRecord.small("after", tag: tag, at: 1500)]
      let framed = FramedBatches.of(records)
      let stored = try test.data.writer.appendAndWait(framed, to: test.log).get()
      guard stored.baseOffset.value == model.end else { throw Disagreement("\(stored)") }
      model.append(framed.batches, records)
    }
    try compare(test, model)
    let again = try test.reopened()
    try compare(again, model)
    again.data.close()
  }

  @Test func aLogCutAnywhereKeepsTheWholeBatchesBeforeTheCut() throws {
    let (test, model) = try Self.filled(1, LogSettings())
    let sizes = model.batches.map(\.bytes)
    let total = sizes.reduce(0, +)
    for cut in (total - sizes.suffix(3).reduce(0, +))...total {
      let left = try test.directory.copy()
      try DiskFile(TestLog.path("log", in: left), .readWrite).truncate(to: cut)
      var kept = model
      var bytes = total
      while bytes > cut { bytes -= kept.batches.removeLast().bytes }
      let opened = try TestLog(in: left, clock: test.clock)
      try Self.compare(opened, kept)
      guard opened.metrics.recoveryTruncatedBytes.value == cut - bytes,
        opened.reports.count == (cut == bytes ? 0 : 1)
      else { throw Disagreement("\(cut): \(opened.reports)") }
      if cut % 7 == 0 { try Self.goOn(opened, kept) } else { opened.data.close() }
    }
    test.data.close()
  }

  static let ends: [[UInt8]] = [
    [0], [UInt8](repeating: 0, count: 5000), SeededGenerator.garbage(3000), Array("text".utf8),
    Array(FramedBatches.of([.small("foreign")]).array.prefix(70)),
    FramedBatches.of([.small("a batch that says it is the first")]).array,
  ]

  @Test(arguments: ends)
  func whatDoesNotBelongAtTheEndIsCutOff(_ end: [UInt8]) throws {
    let (test, model) = try Self.filled(2, LogSettings())
    let left = try test.directory.copy()
    let file = try DiskFile(TestLog.path("log", in: left), .readWrite)
    try end.withUnsafeBytes { try file.write([$0], at: try file.size()) }
    let opened = try TestLog(in: left, clock: test.clock)
    try Self.compare(opened, model)
    #expect(opened.metrics.recoveryTruncatedBytes.value == end.count)
    try Self.goOn(opened, model)
    test.data.close()
  }

  @Test func aBitFlippedInTheLastBatchCutsItOff() throws {
    let (test, model) = try Self.filled(3, LogSettings())
    let last = model.batches[model.batches.count - 1].bytes
    var kept = model
    kept.batches.removeLast()
    // The partition leader epoch (bytes 12 to 15) stands outside the checksum and says nothing.
    for byte in 0..<last where !(12..<16).contains(byte) {
      let left = try test.directory.copy()
      let path = TestLog.path("log", in: left)
      let position = try DiskFile(path, .read).size() - last + byte
      try Self.flip(path, at: position, bit: byte % 8)
      let opened = try TestLog(in: left, clock: test.clock)
      try Self.compare(opened, kept)
      if byte % 17 == 0 { try Self.goOn(opened, kept) } else { opened.data.close() }
    }
    test.data.close()
  }

  static func flip(_ path: String, at position: Int, bit: Int = 0) throws {
    let file = try DiskFile(path, .readWrite)
    var byte: UInt8 = 0
    _ = try withUnsafeMutableBytes(of: &byte) { try file.read(into: $0, at: position) }
    byte ^= 1 << UInt8(bit)
    try withUnsafeBytes(of: &byte) { try file.write([$0], at: position) }
  }

  enum Harm: CaseIterable, Sendable {
    case missing, empty, shorter, garbled, longer

    func apply(_ path: String) throws {
      switch self {
      case .missing: try DiskFileSystem().removeFile(path)
      case .empty: try DiskFile(path, .readWrite).truncate(to: 0)
      case .shorter:
        let file = try DiskFile(path, .readWrite)
        try file.truncate(to: max(0, file.size() - 5))
      case .garbled: try flip(path, at: try DiskFile(path, .read).size() - 3)
      case .longer:
        let file = try DiskFile(path, .readWrite)
        try SeededGenerator.garbage(40).withUnsafeBytes { try file.write([$0], at: file.size()) }
      }
    }
  }

  @Test(arguments: Harm.allCases, [false, true])
  func harmedIndexesAreMadeAgain(_ harm: Harm, clean: Bool) throws {
    let (test, model) = try Self.filled(4, LogSettings(segmentBytes: 900))
    let bases = try test.log.describeSegments().map(\.baseOffset.value)
    if clean { test.data.close() } else { try test.data.writer.checkpoint() }
    for suffix in ["tags", "index", "timeindex"] {
      for base in [bases[1], bases[bases.count - 1]] {
        // The sums of sealed segments are checked only after a crash.
        if clean, harm == .garbled, base == bases[1] { continue }
        let left = try test.directory.copy()
        let path = TestLog.path(suffix, segment: base, in: left)
        let nothingToHarm = try DiskFile(path, .read).size() == 0
        if nothingToHarm, harm != .missing, harm != .longer { continue }
        try harm.apply(path)
        let opened = try TestLog(test.log.settings, in: left, clock: test.clock)
        try Self.compare(opened, model)
        guard opened.metrics.rebuiltIndexes.value == (harm == .longer ? 0 : 1) else {
          throw Disagreement("\(suffix) \(base): \(opened.reports)")
        }
        try Self.goOn(opened, model)
      }
    }
    test.data.close()
  }

  @Test func afterACleanStopNothingIsScanned() throws {
    let (test, model) = try Self.filled(5, LogSettings(segmentBytes: 900))
    let segments = try test.log.describeSegments().count
    let again = try test.reopened()
    #expect(again.files.faults.count(.read, suffix: ".log") <= 2 && segments > 3)
    #expect(again.files.faults.count(.write, suffix: ".log") == 0)
    #expect(again.reports == [])
    try Self.compare(again, model)
    // A second clean stop, after which nothing was appended, is as clean.
    let third = try again.reopened()
    #expect(third.files.faults.count(.read, suffix: ".log") <= 2)
    try Self.compare(third, model)
    third.data.close()
  }

  @Test func afterACrashOnlyWhatLiesBehindTheRecoveryPointIsScanned() throws {
    let test = try TestLog()
    for _ in 0..<50 { test.append([.small(String(repeating: "x", count: 100_000))]) }
    try test.data.writer.checkpoint()
    test.append([.small("behind", at: 5000)])
    let point = try String(contentsOfFile: test.directory.path("recovery-point"), encoding: .utf8)
    #expect(point == "1\n50 \(TestLog.name)\n")
    let opened = try test.crashed()
    // One look at the last header, one at the first, one at the end.
    #expect(opened.files.faults.count(.read, suffix: ".log") <= 3)
    #expect(opened.log.frontiers.committed == Offset(51))
    #expect(try opened.log.offset(atOrAfter: 4000) == Offset(50))
    let again = try opened.crashed()
    #expect(try again.log.offset(atOrAfter: 4000) == Offset(50))
    for one in [test, opened, again] { one.data.close() }
  }

  @Test func whatRecoveryFoundIsSyncedBeforeItIsServed() throws {
    let test = try TestLog()
    test.append([.small("x")])
    let opened = try test.crashed()
    #expect(opened.files.faults.count(.synchronize, suffix: ".log") == 1)
    #expect(opened.files.faults.count(.synchronize, suffix: ".tags") == 1)
    for one in [test, opened] { one.data.close() }
  }

  @Test func whatACrashLeftOfADeletedSegmentGoes() throws {
    let test = try TestLog(LogSettings(segmentBytes: 1))
    for _ in 0..<3 { test.append([.small("x")]) }
    let left = try test.directory.copy()
    // The server was killed behind the first of the segment's four files.
    try DiskFileSystem().removeFile(TestLog.path("log", in: left))
    let opened = try TestLog(in: left, clock: test.clock)
    #expect(opened.log.frontiers.logStart == Offset(1))
    let names = try DiskFileSystem().list(left.path(TestLog.name))
    #expect(!names.contains { $0.hasPrefix(Offset.zero.fileStem) })
    #expect(try opened.readAll().flatMap(\.offsets) == [1, 2])
    for one in [test, opened] { one.data.close() }
  }
}

extension SeededGenerator {
  static func garbage(_ count: Int) -> [UInt8] {
    var random = SeededGenerator(99)
    return random.bytes(count)
  }
}
