import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// Buckets: what goes in comes out, split or not, in as many passes as it takes.
@Suite struct DelayStoreTests {
  private static let now: Int64 = 1_700_000_000_000
  private static let minute: Int64 = 60_000

  let directory = TemporaryDirectory()
  let data: DataDirectory
  let store: DelayStore

  init() throws {
    data = try DataDirectory(
      directory.path, clock: ManualClock(), metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    store = try DelayStoreTests.makeStore(data)
  }

  private static func makeStore(
    _ data: DataDirectory, crowdedEntries: Int = DelayStore.crowdedEntriesByDefault
  ) throws -> DelayStore {
    let files = try data.openAppendFiles("scheduled")
    return DelayStore(DelayBuckets(), files, crowdedEntries: crowdedEntries) {
      try? files.remove($0)
    }
  }

  /// Adds records with values that say when they are due.
  private func add(_ dues: [Int64], first: UInt64, near: (DelayPlace) -> Void = { _ in }) throws {
    let records = DelayedRecords()
    for due in dues {
      Array("\(due)".utf8).withUnsafeBytes { bytes in
        records.append(
          due: due, partition: 0, key: nil, value: bytes, headers: RecordHeaders(),
          timestamp: nil)
      }
    }
    let event = ByteBuffer()
    DelayEventWriter(buffer: event).added(
      records, topic: 1, name: "t", stamp: nil, first: first)
    guard case .added(let addition) = try DelayEventReader.read(event.bytes) else {
      throw MalformedEvent()
    }
    try store.apply(addition, now: DelayStoreTests.now, near: near)
  }

  private func keys(_ bucket: DelayBucket) throws -> [DelayKey] {
    try (0..<bucket.count).filter { !bucket.done.contains($0) }.map {
      try bucket.view.entry($0).key
    }
  }

  private func value(_ entry: DelayEntry, in store: DelayStore) throws -> String? {
    let buffer = ByteBuffer()
    guard try store.shared.copyRecord(of: entry, into: buffer) else { return nil }
    return LooseRecord.read(buffer.bytes)?.value.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func whatIsNearGoesToMemoryAtOnce() throws {
    var near: [DelayKey] = []
    let dues = [1, 5000, 600_000, 90_000_000].map { DelayStoreTests.now + $0 }
    try add(dues, first: 0) { near.append($0.key) }
    #expect(near.map(\.due) == Array(dues[..<2]))
    #expect(store.all.count == 3)
    #expect(store.frontier.due == dues[2] - dues[2] % DelayStoreTests.minute)
    #expect(store.shared.counts.waiting == 4)
  }

  @Test func aSplitKeepsEverythingThatWaits() throws {
    let start = (DelayStoreTests.now / 86_400_000 + 2) * 86_400_000
    var random = SeededGenerator(7)
    let dues = (0..<5000).map { _ in start + Int64(random.below(86_400_000)) }
    try add(dues, first: 100)
    let day = try #require(store.all.first)
    #expect(store.all.count == 1 && day.level.number == 2)
    let before = try #require(try store.place(of: DelayKey(due: dues[3], number: 103)))
    store.markDone([before])
    let split = DelaySplit(day, in: store)
    store.split = split
    #expect(try !split.step())
    // One whose entry was copied already, and one whose entry was not.
    for index in [10, 4999] {
      let key = DelayKey(due: dues[index], number: 100 + UInt64(index))
      store.markDone([try #require(try store.place(of: key))])
    }
    while try !split.step() {}
    store.split = nil
    #expect(store.all.allSatisfy { $0.level.number == 1 })
    let left = try store.all.flatMap { try keys($0) }
    let gone: Set<Int> = [3, 10, 4999]
    let expected = dues.indices.filter { !gone.contains($0) }.map {
      DelayKey(due: dues[$0], number: 100 + UInt64($0))
    }
    #expect(Set(left) == Set(expected) && left.count == expected.count)
    #expect(store.shared.counts.waiting == expected.count)
    for key in expected.prefix(50) {
      let entry = try #require(try store.shared.find(key))
      #expect(try value(entry, in: store) == "\(key.due)")
    }
    for index in gone {
      let key = DelayKey(due: dues[index], number: 100 + UInt64(index))
      #expect(try store.shared.find(key) == nil)
    }
  }

  @Test func aCrowdedMinuteIsTakenInPasses() throws {
    let start = (DelayStoreTests.now / DelayStoreTests.minute + 5) * DelayStoreTests.minute
    var random = SeededGenerator(3)
    let dues = (0..<3000).map { _ in start + Int64(random.below(100)) }
    try add(dues, first: 0)
    let bucket = try #require(store.all.first)
    var taken: [DelayKey] = []
    while !bucket.isLoaded {
      let load = DelayLoad(bucket, room: 700)
      var pass: [DelayKey] = []
      var through: DelayKey?
      while through == nil { through = try load.step { pass.append($0.key) } }
      store.setLoaded(bucket, through: through!)
      #expect(pass.count <= 700)
      #expect(pass.min().map { taken.max() ?? .lowest < $0 } ?? true)
      taken += pass
      if !bucket.isLoaded { #expect(store.frontier == through!.next) }
    }
    let all = dues.enumerated().map { DelayKey(due: $1, number: UInt64($0)) }
    #expect(taken.count == all.count && Set(taken) == Set(all))
  }

  @Test func aSnapshotBringsEverythingBackAndCutsTheRest() throws {
    let dues = (1...400).map { DelayStoreTests.now + Int64($0 * $0) * 10_000 }
    try add(dues, first: 0)
    let done = DelayKey(due: dues[7], number: 7)
    store.markDone([try #require(try store.place(of: done))])
    let capture = store.capture()
    #expect(capture.unsynced.count == capture.snapshot.files.count + capture.snapshot.buckets.count)
    // Later ones are in the journal; a crash leaves what was written of them in the files.
    try add(dues, first: 400)
    let other = try DelayStoreTests.makeStore(data)
    try other.restore(capture.snapshot)
    try other.removeStrangers()
    #expect(other.shared.counts.waiting == 399)
    for (index, due) in dues.enumerated() {
      let entry = try other.shared.find(DelayKey(due: due, number: UInt64(index)))
      if index == 7 {
        #expect(entry == nil)
      } else {
        let found = try #require(entry)
        #expect(try value(found, in: other) == "\(due)")
      }
      #expect(try other.shared.find(DelayKey(due: due, number: UInt64(400 + index))) == nil)
    }
    let names = Set(try other.files.numbers())
    let known = Set(
      capture.snapshot.files.map(\.number) + capture.snapshot.buckets.map(\.number))
    #expect(names == known)
  }

  @Test func aFileThatLostItsEndIsNamed() throws {
    try add([DelayStoreTests.now + 100_000], first: 0)
    let capture = store.capture()
    let number = try #require(capture.snapshot.buckets.first?.number)
    let path = directory.path("state/scheduled/files/\(number)")
    try DiskFile(path, .readWrite).truncate(to: DelayEntry.bytes - 1)
    let other = try DelayStoreTests.makeStore(data)
    #expect(
      throws: LogError.corrupted(
        file: path, position: DelayEntry.bytes - 1, reason: "40 bytes were on the disk once")
    ) {
      try other.restore(capture.snapshot)
    }
  }

  @Test func emptyFilesGoWhenNoSnapshotNamesThem() throws {
    try add([DelayStoreTests.now + 1], first: 0)
    try add([DelayStoreTests.now + 7_200_000], first: 1)
    let first = DelayKey(due: DelayStoreTests.now + 1, number: 0)
    store.markDone([try #require(try store.place(of: first))])
    let before = try store.files.numbers().count
    store.sweep(now: DelayStoreTests.now + 2 * DelayStoreTests.minute)
    // The second sweep finds the records' file closed.
    store.sweep(now: DelayStoreTests.now + 2 * DelayStoreTests.minute)
    #expect(try store.files.numbers().count == before - 2)
    #expect(store.retired.isEmpty)
    _ = store.capture()
    let second = DelayKey(due: DelayStoreTests.now + 7_200_000, number: 1)
    store.markDone([try #require(try store.place(of: second))])
    store.sweep(now: DelayStoreTests.now + 3 * 86_400_000)
    store.sweep(now: DelayStoreTests.now + 3 * 86_400_000)
    #expect(store.retired.count == 2)
    #expect(try store.files.numbers().count == before - 2)
  }
}
