import Log
import Support
import Testing

@testable import Broker

@Suite struct KeySearchTests {
  private static func request(
    _ key: String, max: Int = 1000, scanned: Int = 1_000_000
  ) -> KeySearchRequest {
    KeySearchRequest(key: Array(key.utf8), maxRecords: max, scannedMax: scanned)
  }

  private static func places(_ matches: [KeyMatch]) -> [[Int64]] {
    matches.map { [Int64($0.partition), $0.offset.value] }
  }

  private static func places(_ records: [KeyWorld.Stored]) -> [[Int64]] {
    records.map { [Int64($0.partition), $0.offset] }
  }

  /// Records of a few keys and tags, in batches of all sizes, spread over the partitions; most of
  /// them where their key belongs.
  private static func fill(_ world: KeyWorld, seed: UInt64, batches: Int) throws {
    var random = SeededGenerator(seed)
    let keys = ["a", "b", "c", nil]
    for _ in 0..<batches {
      let key = keys.randomElement(using: &random)!
      let isAtHome = Int.random(in: 0..<4, using: &random) > 0
      let partition =
        isAtHome
        ? key.map(world.home) ?? 0
        : Int.random(in: world.topic.partitions.indices, using: &random)
      let count = [1, 1, 2, 7, 300].randomElement(using: &random)!
      try world.produce(
        (0..<count).map { _ in
          (
            Int.random(in: 0..<5, using: &random) > 0 ? key : "other",
            ["red", "blue", nil].randomElement(using: &random)!
          )
        }, to: partition)
    }
  }

  @Test(arguments: [1, 3], [UInt64(1), 2, 3])
  func theNewestComeFirstFromAllPartitions(partitions: Int, seed: UInt64) throws {
    let world = try KeyWorld(partitions: partitions, segmentBytes: 4096)
    try Self.fill(world, seed: seed, batches: 60)
    let expected = Array(world.records.filter { $0.key == "a" }.reversed())
    for count in [1, 5, 100, 1000] {
      let (result, _) = try world.search(Self.request("a", max: count))
      #expect(Self.places(result.records) == Self.places(Array(expected.prefix(count))))
      #expect((result.next == nil) == (expected.count <= count))
    }
    let (none, _) = try world.search(Self.request("none"))
    #expect(none.records.isEmpty && none.next == nil && none.scanned == world.records.count)
  }

  @Test(arguments: [1, 4], [UInt64(4), 5])
  func goingOnFindsEachOnce(partitions: Int, seed: UInt64) throws {
    let world = try KeyWorld(partitions: partitions, segmentBytes: 8192)
    try Self.fill(world, seed: seed, batches: 40)
    let expected = world.records.filter { $0.key == "b" }
    for (max, scanned) in [(1, 1_000_000), (7, 50), (1000, 20), (3, 200), (1000, 400)] {
      let (found, pages) = try world.searchAll(Self.request("b", max: max, scanned: scanned))
      #expect(found.count == expected.count, "\(max), \(scanned)")
      #expect(Set(Self.places(found)) == Set(Self.places(expected)), "\(max), \(scanned)")
      #expect(pages > 1)
      for partition in 0..<partitions {
        let offsets = found.filter { $0.partition == partition }.map(\.offset)
        #expect(offsets == offsets.sorted(by: >), "\(max), \(scanned)")
      }
    }
  }

  @Test func aTagAndAPartitionNarrowTheSearch() throws {
    let world = try KeyWorld(partitions: 3, segmentBytes: 4096)
    try Self.fill(world, seed: 6, batches: 60)
    var request = Self.request("a")
    request.tags = ["red", "blue"].compactMap { Tag($0) }
    let tagged = world.records.filter { $0.key == "a" && $0.tag != nil }
    #expect(Self.places(try world.search(request).result.records) == Self.places(tagged.reversed()))
    request.partition = 2
    let (result, _) = try world.search(request)
    #expect(
      Self.places(result.records)
        == Self.places(tagged.filter { $0.partition == 2 }.reversed()))
    request.partition = 3
    #expect(throws: BrokerError.partitionNotFound(3, partitions: 3)) { try world.search(request) }
  }

  @Test func aSearchEndsWhereItIsToldToAndSaysSo() throws {
    let world = try KeyWorld(partitions: 1)
    try world.produce([("wanted", nil)], to: 0)
    for _ in 0..<100 { try world.produce(Array(repeating: ("x", nil), count: 100), to: 0) }
    let (first, _) = try world.search(Self.request("wanted", scanned: 5000))
    #expect(first.records.isEmpty)
    #expect((5000...5100).contains(first.scanned))
    #expect(first.next == [Offset(Int64(10_001 - first.scanned))])
    let (found, pages) = try world.searchAll(Self.request("wanted", scanned: 5000))
    #expect(found.map(\.offset) == [.zero])
    #expect(pages == 3)
  }

  @Test func whatIsCommonIsFoundWithoutASearchOfEverything() throws {
    let world = try KeyWorld(partitions: 2)
    let home = world.home(of: "a")
    for _ in 0..<40 {
      try world.produce(Array(repeating: ("a", nil), count: 500), to: home)
      try world.produce(Array(repeating: ("x", nil), count: 500), to: 1 - home)
    }
    let (result, windows) = try world.search(Self.request("a", max: 10))
    #expect(result.records.map(\.offset.value) == Array((19_990..<20_000).reversed()))
    #expect(result.scanned < 10_000 && windows <= 3, "\(result.scanned) in \(windows)")
  }

  @Test func memoryStaysBoundedHoweverLargeRecordsAre() throws {
    let world = try KeyWorld(partitions: 1)
    // Small ones, so that a window is chosen for many, and large ones behind them.
    try world.produce(Array(repeating: ("a", nil), count: 5000), to: 0)
    for _ in 0..<20 { try world.produce([("a", nil)], to: 0, valueBytes: 400_000) }
    var request = Self.request("a", max: 20_000)
    request.foundBytesMax = 1_000_000
    let (result, _) = try world.search(request)
    #expect(result.records.reduce(0) { $0 + $1.body.count } <= 2_000_000)
    #expect(result.records.first?.offset == Offset(5019))
    #expect(result.next != nil)
    request.foundBytesMax = 100
    let (one, _) = try world.search(request)
    #expect(one.records.map(\.offset) == [Offset(5019)], "one always comes")
    request.foundBytesMax = 1_000_000
    let (found, _) = try world.searchAll(request)
    #expect(found.map(\.offset.value) == Array((0..<5020).reversed()))
  }

  @Test func whatRetentionTakesMeanwhileIsNotMissed() throws {
    let world = try KeyWorld(partitions: 1, segmentBytes: 2000)
    for _ in 0..<20 { try world.produce([("a", nil)], to: 0, valueBytes: 500) }
    let (result, _) = try world.search(Self.request("a", max: 2))
    var request = Self.request("a")
    request.before = try #require(result.next)
    let start = try world.topic.partitions[0].truncate(before: Offset(12))
    let (rest, _) = try world.search(request)
    #expect(rest.records.map(\.offset.value) == Array((start.value..<18).reversed()))
    #expect(rest.next == nil)
    request.before = [Offset(3)]
    let (gone, _) = try world.search(request)
    #expect(gone.records.isEmpty && gone.next == nil)
  }
}
