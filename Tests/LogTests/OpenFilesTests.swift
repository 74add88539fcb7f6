import Glibc
import Platform
import Support
import Testing

@testable import Log

/// A log needs no file open for itself: whatever was closed is opened again by whoever needs it.
@Suite struct OpenFilesTests {
  @Test func readersAndAppendersGoOnAfterTheirFilesWereClosed() throws {
    let test = try TestLog(filesMax: 1, mapsMax: 1)
    let others = try (0..<3).map {
      try test.data.openLog("topics/other-\($0)", settings: LogSettings())
    }
    var count = 0
    for round in 0..<200 {
      // Enough batches for their entries to be spilled, and tags that come when the file is closed.
      for _ in 0..<4 {
        test.append([.small("record \(count)", tag: "tag-\(round % 7)", at: Int64(count))])
        count += 1
      }
      let other = others[round % 3]
      _ = try test.data.writer.appendAndWait(.of([.small("x")]), to: other).get()
      let slice = try other.read(ReadRequest(offset: .zero, maxBytes: .max))
      #expect(try test.decode(slice).count == round / 3 + 1)
    }
    #expect(test.openFiles.files.count <= 1 && test.openFiles.maps.count <= 1)
    #expect(test.openFiles.files.opensTotal > 200)
    let all = Array(0..<Int64(count))
    #expect(try test.readAll().flatMap(\.offsets) == all)
    for time in [0, 1, 77, Int64(count - 1)] {
      #expect(try test.log.offset(atOrAfter: time) == Offset(time))
    }
    let tagged = try test.read(
      ReadRequest(offset: .zero, maxBytes: .max, tags: [Tag("tag-3")!]))
    #expect(tagged.flatMap(\.offsets) == all.filter { $0 / 4 % 7 == 3 })
    for one in [try test.crashed(), try test.reopened()] {
      #expect(try one.readAll().flatMap(\.offsets) == all)
      one.data.close()
    }
  }

  @Test func aLogOfManySegmentsIsReadWithFewFiles() throws {
    let made = try TestLog(LogSettings(segmentBytes: 1))
    let last = Int64(299)
    for offset in 0...last { made.append([.small("record", at: offset)]) }
    let directory = made.directory
    made.data.close()
    let test = try TestLog(LogSettings(segmentBytes: 1), in: directory, filesMax: 4, mapsMax: 2)
    #expect(test.openFiles.files.count == 0)
    #expect(try test.readAll().flatMap(\.offsets) == Array(0...last))
    #expect(try test.log.offset(atOrAfter: 200) == Offset(200))
    #expect(try test.log.describeSegments().count == Int(last) + 1)
    #expect(try test.log.segmentRegion(baseOffset: Offset(7))?.description.sealed == true)
    #expect(test.openFiles.files.count <= 4 && test.openFiles.maps.count <= 2)
    test.data.close()
  }

  @Test func moreLogsThanFilesAreWrittenInOneRound() throws {
    let test = try TestLog(filesMax: 4)
    let logs = try (0..<40).map {
      try test.data.openLog("topics/many-\($0)", settings: LogSettings())
    }
    for acknowledgement in [AppendRequest.Acknowledgement.written, .committed] {
      let answers = Mailbox<Bool>()
      // Quietly: all of them wait for the writer when it is woken.
      for log in logs {
        let request = AppendRequest(
          .of([.small("x")]), to: log, acknowledgement: acknowledgement, sink: InlineSink()
        ) { outcome in answers.post((try? outcome.get()) != nil) }
        test.data.writer.submit(request, quietly: true)
      }
      test.data.writer.wake()
      var found: [Bool] = []
      while found.count < logs.count {
        var some: [Bool] = []
        _ = answers.take(into: &some, until: nil)
        found += some
      }
      #expect(found == Array(repeating: true, count: logs.count))
    }
    #expect(test.openFiles.files.count <= 4)
    #expect(logs.allSatisfy { $0.frontiers.committed == Offset(2) })
    test.data.close()
  }

  @Test func aDeletedSegmentIsReadByWhoeverChoseItAlthoughItWasClosed() throws {
    let test = try TestLog(LogSettings(segmentBytes: 1), filesMax: 4)
    for _ in 0..<6 { test.append([.small("record")]) }
    let slice = try test.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    #expect(slice.regions.count { $0.file.opened != nil } <= 4)
    let retention = Retention(test.log, writer: test.data.writer, metrics: test.metrics)
    // Half of all that may be open is kept for readers: whoever opens something else has the rest.
    #expect(try retention.truncate(before: Offset(3)) == Offset(3))
    #expect(!test.files.exists(test.path("log", segment: 2)))
    #expect(try test.readAll().count == 3)
    let kept = slice.regions[..<2].map { try? $0.file.open() }
    #expect(kept.allSatisfy { $0 != nil })
    let reader = SliceReader(slice)
    for _ in 0..<2 { #expect(try reader.nextWaiting() != nil) }
    #expect(throws: LogError.offsetTooOld(logStartOffset: Offset(3))) {
      _ = try reader.nextWaiting()
    }
    test.data.close()
  }

  @Test func aSliceWhoseSegmentWasDeletedBeforeItWasOpenedSaysWhatBecameOfIt() throws {
    let made = try TestLog(LogSettings(segmentBytes: 1))
    for _ in 0..<4 { made.append([.small("record")]) }
    let directory = made.directory
    made.data.close()
    let files = FaultyFileSystem()
    let test = try TestLog(LogSettings(segmentBytes: 1), in: directory, files: files)
    func reader(at offset: Offset) throws -> SliceReader {
      SliceReader(try test.log.read(ReadRequest(offset: offset, maxBytes: 1)))
    }
    let waiting = try reader(at: .zero)
    let cautious = try reader(at: Offset(1))
    // No descriptor is left to keep what is being read.
    files.faults.fail(.open, code: EMFILE)
    #expect(try test.log.truncate(before: Offset(2)) == Offset(2))
    files.faults.clear()
    let gone = LogError.offsetTooOld(logStartOffset: Offset(2))
    #expect(throws: gone) { _ = try waiting.nextWaiting() }
    guard case .notCached = try cautious.next() else { throw Disagreement("nothing is open") }
    #expect(throws: gone) { try cautious.bringIn() }
    #expect(throws: gone) { _ = try cautious.next() }
    let last = try reader(at: Offset(2))
    test.data.writer.release(test.log)
    try files.removeTree(directory.path(TestLog.name))
    #expect(throws: LogError.closed) { _ = try last.nextWaiting() }
    test.data.close()
  }

  @Test func aReadThatMeetsADeletedSegmentFindsItsRecordsOrThatTheyAreGone() throws {
    // More batches a segment than are kept in memory: each read maps an index, and there is room
    // for one map. After the start nothing waits in memory either.
    let made = try TestLog(LogSettings(segmentBytes: 7000))
    let last = Int64(1999)
    for offset in 0...last { made.append([.small("record", at: offset)], .written) }
    let directory = made.directory
    made.data.close()
    let test = try TestLog(
      LogSettings(segmentBytes: 7000), in: directory, filesMax: 4, mapsMax: 1)
    let bases = try test.log.openSegments().map(\.baseOffset)
    #expect(bases.count > 10)
    let unforeseen = Lock<[String]>([])
    let reader = try Thread(name: "reader") { [log = test.log] in
      var random = SeededGenerator(5)
      while log.frontiers.logStart < bases[bases.count - 1] {
        do {
          let offset = Offset(Int64.random(in: log.frontiers.logStart.value...last, using: &random))
          let slice = try log.read(ReadRequest(offset: offset, maxBytes: 1))
          let reader = SliceReader(slice)
          guard let (header, _) = try reader.nextWaiting(), header.baseOffset == offset else {
            throw Disagreement("another record than that at \(offset)")
          }
          _ = try log.offset(atOrAfter: offset.value)
        } catch LogError.offsetTooOld {
          continue
        } catch {
          unforeseen.withLock { $0.append("\(error)") }
        }
      }
    }
    let retention = Retention(test.log, writer: test.data.writer, metrics: test.metrics)
    for base in bases.dropFirst() {
      _ = try retention.truncate(before: base)
      sched_yield()
    }
    reader.join()
    #expect(unforeseen.withLock { $0 } == [])
    test.data.close()
  }

  @Test func withoutDescriptorsRequestsFailAndNothingGoesOffline() throws {
    let test = try TestLog()
    test.append([.small("kept")])
    let directory = test.directory
    test.data.close()
    let files = FaultyFileSystem()
    let again = try TestLog(in: directory, files: files)
    let slice = try again.log.read(ReadRequest(offset: .zero, maxBytes: .max))
    files.faults.fail(.open, code: EMFILE)
    guard case .failure(.unwritable) = again.append([.small("refused")]) else {
      throw Disagreement("there was no descriptor to write with")
    }
    let reader = SliceReader(slice)
    guard case .notCached = try reader.next() else { throw Disagreement("nothing is open") }
    for _ in 0..<2 {
      let failure = #expect(throws: LogError.self) { try reader.bringIn() }
      guard case .unavailable = failure else { throw Disagreement("\(failure as Any)") }
    }
    #expect(throws: LogError.self) { _ = try reader.next() }
    #expect(again.data.writer.whyOffline == nil)
    files.faults.clear()
    #expect(try again.append([.small("next")]).get().baseOffset == Offset(1))
    #expect(try again.readAll().flatMap(\.offsets) == [0, 1])
    again.data.close()
  }

  @Test func aStopThatCouldNotSyncALogIsNotClean() throws {
    let test = try TestLog(LogSettings(durability: .memory), filesMax: 1)
    test.append([.small("in memory")])
    let others = try (0..<8).map { number in
      try test.data.openLog("topics/others-\(number)", settings: LogSettings())
    }
    for other in others {
      _ = test.data.writer.appendAndWait(
        .of([.small("x")]), to: other, acknowledgement: .written)
    }
    let file = "\(TestLog.name)/\(Offset.zero.fileStem).log"
    test.files.faults.fail(.open, suffix: file, code: EMFILE)
    test.data.close()
    #expect(!test.files.exists(test.directory.path("clean-shutdown")))
    #expect(others.allSatisfy { $0.frontiers.committed == Offset(1) })
    test.files.faults.clear()
    // The machine goes down before the file is on the disk.
    let left = try test.directory.copy()
    try DiskFile(TestLog.path("log", in: left), .readWrite).truncate(to: 20)
    let opened = try TestLog(in: left, clock: test.clock)
    #expect(opened.metrics.recoveryTruncations.value == 1)
    #expect(opened.metrics.damagedRanges.value == 0)
    opened.data.close()
  }
}
