import Platform
import Support
import Testing

@Suite struct StoredFileTests {
  let directory = TemporaryDirectory()

  /// So many files, each of which holds its own number.
  private func files(_ count: Int, in openFiles: OpenFiles) throws -> [StoredFile] {
    try (0..<count).map { number in
      let path = directory.path("\(number)")
      let file = try DiskFile(path, .createOrOpen)
      try withUnsafeBytes(of: number) { bytes throws(SystemError) in try file.write([bytes], at: 0)
      }
      return StoredFile(path, in: openFiles)
    }
  }

  private static func openFiles(_ filesMax: Int, maps mapsMax: Int = 1) -> OpenFiles {
    OpenFiles(DiskFileSystem(), filesMax: filesMax, mapsMax: mapsMax)
  }

  private static func number(in file: any File) throws -> Int {
    var number = -1
    _ = try withUnsafeMutableBytes(of: &number) { memory throws(SystemError) in
      try file.read(into: memory, at: 0)
    }
    return number
  }

  @Test func nothingIsOpenBeforeItIsNeeded() throws {
    let openFiles = Self.openFiles(4)
    let file = try files(1, in: openFiles)[0]
    #expect(file.opened == nil && openFiles.files.count == 0)
    #expect(try Self.number(in: file.open()) == 0)
    #expect(file.opened != nil && openFiles.files.count == 1)
  }

  @Test func noMoreStayOpenThanThereIsRoomFor() throws {
    let openFiles = Self.openFiles(4)
    let all = try files(20, in: openFiles)
    for _ in 0..<2 {
      for (number, file) in all.enumerated() {
        #expect(try Self.number(in: file.open()) == number)
        #expect(openFiles.files.count <= 4)
      }
    }
    #expect(openFiles.files.opensTotal == 40)
    #expect(all.count { $0.opened != nil } == 4)
  }

  @Test func theOneThatWasNotUsedForLongestIsClosed() throws {
    let openFiles = Self.openFiles(3)
    let all = try files(5, in: openFiles)
    for file in all[0..<3] { _ = try file.open() }
    _ = try all[0].open()
    _ = try all[3].open()
    _ = try all[2].open()
    _ = try all[4].open()
    #expect(all.map { $0.opened != nil } == [false, false, true, true, true])
  }

  @Test func whatIsClosedLetsItsDescriptorGo() throws {
    let openFiles = Self.openFiles(1)
    let all = try files(2, in: openFiles)
    weak var first: (any File)?
    first = try all[0].open()
    #expect(first != nil)
    _ = try all[1].open()
    #expect(first == nil)
  }

  @Test func whatIsInUseStaysAndMoreThanThatIsRefused() throws {
    let openFiles = Self.openFiles(2)
    let all = try files(3, in: openFiles)
    var held = [try all[0].open(), try all[1].open()]
    let refusal = #expect(throws: SystemError.self) { try all[2].open().size() }
    #expect(refusal?.isExhausted == true)
    #expect(try held.map(Self.number) == [0, 1])
    #expect(held[0] === all[0].opened)
    held.removeFirst()
    #expect(try Self.number(in: all[2].open()) == 2)
    #expect(all[0].opened == nil && all[1].opened === held[0])
  }

  @Test(arguments: [false, true])
  func aFileThatGoesGivesItsRoomBack(isInUse: Bool) throws {
    let openFiles = Self.openFiles(1)
    var all = try files(2, in: openFiles)
    let held: (any File)? = try all[0].open()
    all.removeFirst()
    #expect(openFiles.files.count == 0)
    #expect(try Self.number(in: all[0].open()) == 1)
    #expect(try Self.number(in: held!) == 0)
  }

  @Test func aFileThatCannotBeOpenedTakesNoRoom() throws {
    let openFiles = Self.openFiles(1)
    let missing = StoredFile(directory.path("missing"), in: openFiles)
    for _ in 0..<3 {
      let failure = #expect(throws: SystemError.self) { try missing.open().size() }
      #expect(failure?.isNotFound == true)
    }
    #expect(openFiles.files.count == 0)
    #expect(try Self.number(in: files(1, in: openFiles)[0].open()) == 0)
  }

  @Test func whatIsKeptIsReadAfterItsNameIsGone() throws {
    let openFiles = Self.openFiles(2)
    let all = try files(4, in: openFiles)
    try all[0].keepOpen()
    try DiskFileSystem().removeFile(all[0].path)
    for file in all[1...] { _ = try file.open() }
    #expect(try Self.number(in: all[0].open()) == 0)
  }

  @Test func mapsGiveWayLikeFiles() throws {
    let openFiles = Self.openFiles(8, maps: 2)
    let all = try files(3, in: openFiles)
    let held = try all[0].map(atLeast: 8)
    for _ in 0..<2 {
      for file in all { #expect(try file.map(atLeast: 8).bytes.count == 8) }
      #expect(openFiles.maps.count <= 2)
    }
    #expect(held.bytes.load(as: Int.self) == 0)
    #expect(try all[0].map(atLeast: 8) === held)
    // A file that has grown is mapped anew, in the same place of the table.
    #expect(try all[0].map(atLeast: 7) === held)
    try DiskFile(all[0].path, .readWrite).truncate(to: 5000)
    #expect(try all[0].map(atLeast: 5000).bytes.count == 5000)
    #expect(openFiles.maps.count <= 2)
  }

  @Test func whenTheSystemHasNoneLeftIdleOnesAreClosedForIt() throws {
    let system = FaultyFileSystem()
    let openFiles = OpenFiles(system, filesMax: 8, mapsMax: 1)
    let all = try files(3, in: openFiles)
    let held = try all[0].open()
    _ = try all[1].open()
    system.faults.fail(.open, suffix: "2", code: 24)
    let refusal = #expect(throws: SystemError.self) { try all[2].open().size() }
    #expect(refusal?.isExhausted == true)
    #expect(all[0].opened === held && all[1].opened == nil && openFiles.files.count == 1)
    system.faults.clear()
    #expect(try Self.number(in: all[2].open()) == 2)
  }

  @Test func manyThreadsReadTheRightFilesAndNeverTooManyAreOpen() throws {
    // Each of four threads uses one of each kind, opens another, and may look at a third one.
    let openFiles = Self.openFiles(16, maps: 16)
    let all = try files(60, in: openFiles)
    let wrong = Lock(0)
    let most = Lock(0)
    let threads = try (0..<4).map { seed in
      try Thread(name: "reader-\(seed)") {
        var random = SeededGenerator(UInt64(seed))
        for _ in 0..<3000 {
          let number = Int.random(in: 0..<all.count, using: &random)
          var isRight = false
          if let file = try? all[number].open(), let map = try? all[number].map(atLeast: 8) {
            let mapped = withExtendedLifetime(map) { map.bytes.load(as: Int.self) }
            isRight = (try? Self.number(in: file)) == number && mapped == number
          }
          if !isRight { wrong.withLock { $0 += 1 } }
          let open = max(openFiles.files.count, openFiles.maps.count)
          most.withLock { $0 = max($0, open) }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(wrong.withLock { $0 } == 0)
    #expect(most.withLock { $0 } <= 16)
    #expect(all.count { $0.opened != nil } == openFiles.files.count)
  }

  @Test func racingOpenersShareTheWinnersFile() throws {
    let openFiles = Self.openFiles(4)
    for file in try files(200, in: openFiles) {
      let opened = Lock<[any File]>([])
      let threads = try (0..<2).map { _ in
        try Thread(name: "opener") {
          if let file = try? file.open() { opened.withLock { $0.append(file) } }
        }
      }
      for thread in threads { thread.join() }
      #expect(opened.withLock { $0.count == 2 && $0[0] === $0[1] })
    }
    #expect(openFiles.files.count <= 4)
  }
}
