import Platform
import Support
import Testing

@testable import Log

/// Damage to what was once synced: nothing is thrown away, what is sound is served.
@Suite struct DamageTests {
  /// Ten batches of one record each in one segment, all of them before the recovery point.
  private static func saved(_ settings: LogSettings = LogSettings()) throws -> TestLog {
    let test = try TestLog(settings)
    for index in 0..<10 {
      test.append([.small("record \(index)", tag: index % 2 == 0 ? "even" : "odds")])
    }
    try test.data.writer.checkpoint()
    return test
  }

  struct Place: Sendable {
    /// The number of the damaged batch, and the byte in it.
    var batch: Int
    var byte: Int
    var segmentBytes: Int
  }

  static let places =
    [0, 4, 9].flatMap { batch in
      // In the offset, the length, the version, the checksum and a value.
      [7, 3, 11, 8, 16, 17, 70].map { Place(batch: batch, byte: $0, segmentBytes: 1 << 30) }
    } + [Place(batch: 4, byte: 70, segmentBytes: 250), Place(batch: 3, byte: 3, segmentBytes: 250)]

  @Test(arguments: places)
  func whatIsSoundIsServedAndTheRestNamed(_ place: Place) throws {
    let test = try Self.saved(LogSettings(segmentBytes: place.segmentBytes))
    let left = try test.directory.copy()
    let segments = try test.log.describeSegments()
    let own = segments.last { $0.baseOffset.value <= place.batch }!
    let size = test.log.bytes / 10
    let position = (place.batch - Int(own.baseOffset.value)) * size
    let path = TestLog.path("log", segment: own.baseOffset.value, in: left)
    try RecoveryTests.flip(path, at: position + place.byte, bit: 1)
    // Only what the indexes do not cover is scanned.
    try DiskFileSystem().removeFile(
      TestLog.path("tags", segment: own.baseOffset.value, in: left))
    let opened = try TestLog(test.log.settings, in: left, clock: test.clock)
    try Self.check(
      opened, place,
      .corrupted(
        file: path, position: position, reason: "these bytes are not what was written"))
    #expect(opened.reports.count == 2)
    #expect(opened.metrics.damagedRanges.value == 1)
    // The next server finds it in the index, after a crash and after a clean stop, and goes on.
    let crashed = try opened.crashed()
    #expect(crashed.log.frontiers.committed == Offset(10))
    #expect(try crashed.append([.small("next")]).get().baseOffset == Offset(10))
    let again = try crashed.reopened()
    #expect(try again.offsets(from: Int64(place.batch + 1)).0.last == 10)
    #expect(again.metrics.damagedRanges.value == 1)
    let bytesLeft = try DiskFile(again.path("log", segment: own.baseOffset.value), .read).size()
    #expect(bytesLeft >= own.bytes)
    for one in [test, opened, again] { one.data.close() }
  }

  private static func check(_ opened: TestLog, _ place: Place, _ error: LogError) throws {
    let (before, met) = try opened.offsets(from: 0)
    let (behind, nothing) = try opened.offsets(from: Int64(place.batch + 1))
    guard before == (0..<Int64(place.batch)).map({ $0 }), met == error, nothing == nil,
      behind == (Int64(place.batch + 1)..<10).map({ $0 })
    else { throw Disagreement("\(before), \(String(describing: met)), \(behind)") }
  }

  @Test func aFileThatLostItsSyncedEndKeepsItsOffsets() throws {
    let test = try Self.saved()
    let left = try test.directory.copy()
    let path = TestLog.path("log", in: left)
    let size = try DiskFile(path, .read).size() / 10
    try DiskFile(path, .readWrite).truncate(to: size * 7 + 5)
    let opened = try TestLog(in: left, clock: test.clock)
    let (found, met) = try opened.offsets(from: 0)
    #expect(found == [0, 1, 2, 3, 4, 5, 6])
    guard case .corrupted(path, size * 7, _) = met else { throw Disagreement("\(met as Any)") }
    #expect(try opened.append([.small("next")]).get().baseOffset == Offset(10))
    let crashed = try opened.crashed()
    #expect(try crashed.offsets(from: 10).0 == [10])
    #expect(try crashed.offsets(from: 8).1 != nil)
    let again = try crashed.reopened()
    #expect(try again.offsets(from: 10).0 == [10])
    #expect(try again.log.offset(atOrAfter: 1000) == .zero)
    for one in [test, opened, again] { one.data.close() }
  }

  @Test func damageUnderALiveLogIsMetWhenTheBytesAreDecoded() throws {
    let test = try Self.saved()
    let size = test.log.bytes / 10
    try RecoveryTests.flip(test.path("log"), at: size * 3 + 70)
    let slice = try test.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    #expect(
      throws: LogError.corrupted(
        file: test.path("log"), position: size * 3, reason: "the checksum does not hold")
    ) { try test.decode(slice).count }
    test.data.close()
  }

  static let found: [(byte: Int, reason: String)] = [
    (70, "the checksum does not hold"),
    // The base offset lies outside the checksum.
    (5, "a batch with offset 65539 stands where 3 should"),
    (16, "no batch header"),
  ]

  @Test(arguments: found)
  func readsEndBeforeDamageThatAReaderHasFound(_ byte: Int, _ reason: String) throws {
    let test = try Self.saved()
    let size = test.log.bytes / 10
    try RecoveryTests.flip(test.path("log"), at: size * 3 + byte)
    let error = LogError.corrupted(file: test.path("log"), position: size * 3, reason: reason)
    let slice = try test.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    for _ in 0..<2 { #expect(throws: error) { try test.decode(slice).count } }
    #expect(test.metrics.damagedRanges.value == 1)
    #expect(
      test.reports == [
        "\(test.path("log")) is damaged at position \(size * 3), \(size) bytes: \(reason)"
      ])
    let place = Place(batch: 3, byte: byte, segmentBytes: 0)
    try Self.check(test, place, error)
    // What has another tag ends there, too: nobody knows what tag the damaged batch had.
    let odds = try test.log.read(
      ReadRequest(offset: .zero, maxBytes: .max, tags: Tag("odds").map { [$0] }))
    #expect(odds.nextOffset == Offset(3))
    #expect(try test.decode(odds).flatMap(\.offsets) == [1])
    // The records behind it have their times.
    #expect(try test.log.offset(atOrAfter: 1000) == .zero)
    test.data.close()
  }

  @Test func aReadMayBeginBehindDamageAndSaysSo() throws {
    let test = try Self.saved()
    let size = test.log.bytes / 10
    for batch in [3, 4, 7] {
      try RecoveryTests.flip(test.path("log"), at: size * batch + 70)
      let slice = try test.log.read(
        ReadRequest(offset: Offset(Int64(batch)), maxBytes: .max))
      #expect(throws: LogError.self) { try test.decode(slice).count }
    }
    var request = ReadRequest(offset: Offset(3), maxBytes: .max, maxRecords: 2)
    request.passesDamage = true
    let slice = try test.log.read(request)
    #expect(slice.passedDamage?.end == Offset(5))
    guard case .corrupted(_, size * 3, _) = slice.passedDamage?.error else {
      throw Disagreement("\(slice.passedDamage as Any)")
    }
    // As many records as were wanted, counted from the first that can be had.
    #expect(try test.decode(slice).flatMap(\.offsets) == [5, 6])
    request.maxRecords = .max
    #expect(try test.log.read(request).nextOffset == Offset(7))
    request.offset = Offset(2)
    let before = try test.log.read(request)
    #expect(before.passedDamage == nil && before.nextOffset == Offset(3))
    test.data.close()
  }

  @Test func aRegionWhoseFileHasShrunkIsUnreadable() throws {
    let test = try Self.saved()
    let slice = try test.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    try DiskFile(test.path("log"), .readWrite).truncate(to: 100)
    let reader = SliceReader(slice)
    #expect(throws: LogError.self) {
      while case .batch = try reader.next() {}
    }
    #expect(throws: LogError.self) { try test.decode(slice).count }
    test.data.close()
  }

  @Test func theOffsetsOfADamagedLastBatchAreNotGivenOutAgain() throws {
    let test = try TestLog()
    for _ in 0..<3 { test.append([.small("x"), .small("y")]) }
    test.data.close()
    let size = try DiskFile(test.path("log"), .read).size() / 3
    try RecoveryTests.flip(test.path("log"), at: size * 2 + 16)
    // The indexes know the end, too.
    try DiskFileSystem().removeFile(test.directory.path("recovery-point"))
    let opened = try TestLog(in: test.directory, clock: test.clock)
    #expect(try opened.append([.small("next")]).get().baseOffset == Offset(6))
    #expect(try opened.offsets(from: 6) == ([6], nil))
    #expect(try opened.offsets(from: 4).1 != nil)
    opened.data.close()
  }

  @Test func batchesBehindALossAreFoundWithoutIndexes() throws {
    let test = try Self.saved()
    let left = try test.directory.copy()
    let path = TestLog.path("log", in: left)
    let size = try DiskFile(path, .read).size() / 10
    try DiskFile(path, .readWrite).truncate(to: size * 7)
    // The records are old, and the segment goes on all the same.
    let settings = LogSettings(segmentMilliseconds: .max)
    let opened = try TestLog(settings, in: left, clock: test.clock)
    for _ in 0..<2 { opened.append([.small("behind")]) }
    #expect(try opened.offsets(from: 10) == ([10, 11], nil))
    opened.data.close()
    try DiskFileSystem().removeFile(TestLog.path("tags", in: left))
    let again = try TestLog(settings, in: left, clock: test.clock)
    #expect(try again.offsets(from: 10) == ([10, 11], nil))
    let (found, met) = try again.offsets(from: 0)
    #expect(found == [0, 1, 2, 3, 4, 5, 6] && met != nil)
    for one in [test, again] { one.data.close() }
  }
}
