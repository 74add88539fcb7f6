import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// Buckets with too many entries are split before their time, and pages stay short.
@Suite struct DelayCrowdTests {
  private static let now: Int64 = 1_700_000_000_000
  private static let day: Int64 = 86_400_000
  /// So far away that a bucket of thirty days takes it.
  private static let far = (now / (30 * day) + 2) * 30 * day

  let directory = TemporaryDirectory()
  let files = FaultyFileSystem()
  let data: DataDirectory
  let store: DelayStore
  private var random = SeededGenerator(5)
  private var keys: [DelayKey] = []

  init() throws {
    data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: ManualClock(),
      metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    store = try DelayCrowdTests.makeStore(data)
  }

  private static func makeStore(_ data: DataDirectory) throws -> DelayStore {
    let files = try data.openAppendFiles("scheduled")
    return DelayStore(DelayBuckets(), files, crowdedEntries: 100) { try? files.remove($0) }
  }

  private mutating func add(_ dues: [Int64], topic: UInt32 = 1) throws {
    let records = DelayedRecords()
    for due in dues {
      Array("\(due)".utf8).withUnsafeBytes { bytes in
        records.append(
          due: due, partition: 0, key: nil, value: bytes, headers: RecordHeaders(), timestamp: nil)
      }
    }
    let event = ByteBuffer()
    let first = UInt64(keys.count)
    DelayEventWriter(buffer: event).added(
      records, topic: topic, name: "t\(topic)", stamp: nil, first: first)
    guard case .added(let addition) = try DelayEventReader.read(event.bytes) else {
      throw MalformedEvent()
    }
    try store.apply(addition, now: DelayCrowdTests.now) { _ in }
    for (index, due) in dues.enumerated() {
      keys.append(DelayKey(due: due, number: first + UInt64(index)))
    }
  }

  private func split(_ bucket: DelayBucket) throws {
    let split = DelaySplit(bucket, in: store)
    store.split = split
    while try !split.step() {}
    store.split = nil
  }

  private func splitAll() throws {
    while let bucket = store.nextCrowded(DelayCrowdTests.now, isBusy: false) { try split(bucket) }
  }

  /// All that waits, page by page.
  private func pages(
    _ store: DelayStore, topic: String? = nil, limit: Int = 23
  ) throws -> [DelayKey] {
    var request = DelayPage.Request()
    (request.max, request.topic) = (limit, topic)
    var found: [DelayKey] = []
    while true {
      let views = store.all.map(\.view)
      let (entries, after) = try DelayPage.choose(request, views, store.topics)
      found += entries.map(\.key)
      guard let after else { return found }
      guard after > request.after ?? .lowest else { throw MalformedEvent() }
      request.after = after
    }
  }

  private func expectSound(_ store: DelayStore, gone: Set<DelayKey> = []) throws {
    let expected = keys.filter { !gone.contains($0) }
    #expect(try pages(store) == expected.sorted())
    for bucket in store.all {
      let numbers = try (0..<bucket.count).map { try bucket.view.entry($0).key.number }
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "\(bucket.range)")
      #expect(bucket.lastNumber == nil || bucket.lastNumber == numbers.last)
    }
    for key in keys.shuffled().prefix(50) {
      #expect(try store.shared.find(key)?.key == (gone.contains(key) ? nil : key))
    }
  }

  @Test mutating func whatWentWithItsTopicIsNotLookedForInASplit() throws {
    for round in 0..<50 {
      let dues = (0..<10).map { DelayCrowdTests.far + Int64(round * 10 + $0) }
      for topic: UInt32 in [1, 2] { try add(dues, topic: topic) }
    }
    #expect(store.markGone(2) == 500)
    let bucket = try #require(store.all.first)
    let before = files.faults.count(.read)
    try split(bucket)
    #expect(store.all.map(\.live) == [500])
    // What is copied is read a thousand entries at a time.
    #expect(files.faults.count(.read) - before < 10)
  }

  @Test mutating func noneStaysCrowdedAndAnyPageIsInOrder() throws {
    for round in 0..<20 {
      try add((0..<90).map { _ in DelayCrowdTests.far + Int64(random.below(60)) * 43_000_000 })
      try add((0..<60).map { _ in DelayCrowdTests.far + Int64(random.below(3_000_000)) })
      if round % 3 == 2 { try splitAll() }
    }
    try splitAll()
    #expect(store.all.allSatisfy { $0.count < 100 || $0.level.narrower == nil })
    try expectSound(store)
    #expect(try pages(store, topic: "t2").isEmpty)
  }

  @Test mutating func whileVeryManyComeOnlyAGreatCrowdIsSplit() throws {
    try add((0..<6399).map { DelayCrowdTests.far + Int64($0) })
    #expect(store.nextCrowded(DelayCrowdTests.now, isBusy: true) == nil)
    #expect(store.nextCrowded(DelayCrowdTests.now, isBusy: false) != nil)
    try add([DelayCrowdTests.far])
    #expect(store.nextCrowded(DelayCrowdTests.now, isBusy: true) != nil)
  }

  @Test mutating func whatIsAboutToBeTakenIntoMemoryIsLeftToThat() throws {
    let soon = (DelayCrowdTests.now / 60_000 + 2) * 60_000
    try add((0..<200).map { soon + Int64($0) })
    #expect(store.nextCrowded(soon - 10_001, isBusy: false) != nil)
    #expect(store.nextCrowded(soon - 10_000, isBusy: false) == nil)
    store.setLoaded(try #require(store.all.first), through: keys[100])
    #expect(store.nextCrowded(soon - 10_001, isBusy: false) == nil)
  }

  @Test mutating func whatIsSplitOffJoinsWhatWasSplitOffBefore() throws {
    for _ in 0..<8 {
      try add((0..<100).map { _ in DelayCrowdTests.far + Int64(random.below(20)) * 86_400_000 })
      try splitAll()
    }
    #expect(store.all.count == 20 && store.all.allSatisfy { $0.level.number == 2 })
    try expectSound(store)
  }

  @Test mutating func whatCameEarlierIsNotPutBehindWhatCameLater() throws {
    let dues = (0..<100).map { DelayCrowdTests.far + Int64($0 % 2) * DelayCrowdTests.day }
    try add(dues)
    let first = try #require(store.all.first)
    store.closeArrival(first)
    try add(dues)
    let second = try #require(store.all.last)
    #expect(first !== second && first.range == second.range)
    try split(second)
    try split(first)
    #expect(store.all.count == 4)
    try expectSound(store)
  }

  @Test mutating func manyDueAtOneMillisecondAreLookedUpAndPagedInOrder() throws {
    try add((0..<5000).map { _ in DelayCrowdTests.far + 7 })
    try add((0..<300).map { _ in DelayCrowdTests.far + Int64(random.below(20)) })
    try splitAll()
    let crowd = try #require(store.all.first { $0.count >= 5000 })
    #expect(crowd.range == DelayCrowdTests.far + 7..<DelayCrowdTests.far + 8)
    try expectSound(store)
    #expect(try crowd.view.firstIndex(behind: keys[2999]) == 3000)
    #expect(try crowd.view.firstIndex(behind: .lowest) == 0)
  }

  @Test mutating func whatGoesDuringASplitStaysGone() throws {
    try add((0..<100).map { DelayCrowdTests.far + Int64($0 % 3) * DelayCrowdTests.day })
    try splitAll()
    let before = keys[4]
    try add((0..<3000).map { DelayCrowdTests.far + Int64($0 % 3) * DelayCrowdTests.day })
    let parent = try #require(store.nextCrowded(DelayCrowdTests.now, isBusy: false))
    let split = DelaySplit(parent, in: store)
    store.split = split
    #expect(try !split.step())
    // One in a bucket that is filled, one that was copied, one that was not.
    let gone = [before, keys[110], keys[3099]]
    for key in gone { store.markDone([try #require(try store.place(of: key))]) }
    store.sweep(now: DelayCrowdTests.now)
    while try !split.step() {}
    store.split = nil
    try expectSound(store, gone: Set(gone))
    #expect(store.shared.counts.waiting == 3097)
  }

  @Test mutating func whatASplitWroteIsForgottenWithIt() throws {
    try add((0..<100).map { DelayCrowdTests.far + Int64($0 % 3) * DelayCrowdTests.day })
    try splitAll()
    let capture = store.capture()
    let known = keys
    try add((0..<6000).map { DelayCrowdTests.far + Int64($0 % 4) * DelayCrowdTests.day })
    let parent = try #require(store.nextCrowded(DelayCrowdTests.now, isBusy: false))
    let split = DelaySplit(parent, in: store)
    store.split = split
    for _ in 0..<6 { _ = try split.step() }
    split.abandon()
    store.split = nil
    try expectSound(store)
    // What a crash leaves: the files are longer than the snapshot says.
    keys = known
    let other = try DelayCrowdTests.makeStore(data)
    try other.restore(capture.snapshot)
    try other.removeStrangers()
    try expectSound(other)
  }

  @Test mutating func aPageThatFindsNothingGoesOnBehindWhereItBegan() throws {
    // A wide bucket with more than a page may look at, and narrow ones that begin in the middle.
    for _ in 0..<45 {
      try add((0..<10_000).map { _ in DelayCrowdTests.far + Int64(random.below(2_592_000_000)) })
    }
    let wide = try #require(store.all.first)
    try add([DelayCrowdTests.far + 10 * DelayCrowdTests.day], topic: 2)
    store.closeArrival(wide)
    for index in 0..<3 {
      try add([DelayCrowdTests.far + Int64(9 + index) * DelayCrowdTests.day], topic: 2)
      try split(try #require(store.all.first { $0 !== wide && $0.level.number == 3 }))
    }
    #expect(store.all.count == 4)
    let expected = keys.suffix(4).sorted()
    #expect(try pages(store, topic: "t2") == expected)
    #expect(try pages(store, topic: "t3").isEmpty)
  }
}
