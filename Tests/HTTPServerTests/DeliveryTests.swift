import HTTP
import HTTPServer
import Metrics
import Platform
import Support
import Testing

/// Every copy strategy brings the same bytes, however slowly they are taken.
@Suite struct DeliveryTests {
  private static let fileBytes = 9 << 20
  /// Thousands of regions, of most of the file together.
  private static let smallRanges = stride(from: 3, to: fileBytes - 2000, by: 1000).map {
    $0..<($0 + 700)
  }

  let directory = TemporaryDirectory()
  let content: [UInt8]
  let file: StoredFile

  init() throws {
    var random = SeededGenerator(7)
    content = random.bytes(DeliveryTests.fileBytes)
    let file = try DiskFile(directory.path("file"), .createOrOpen)
    try content.withUnsafeBytes { try file.write([$0], at: 0) }
    self.file = StoredFile(file)
  }

  private func serve(_ ranges: [Range<Int>], _ copy: CopyStrategy) throws -> RunningServer {
    let file = file
    return try RunningServer { exchange in
      let prefix = ByteBuffer()
      prefix.append("prefix")
      let regions = FileRegions(
        ranges.lazy.map { FileRegion(file: file, position: $0.lowerBound, count: $0.count) })
      exchange.respond(ResponseHead(.ok), prefix: prefix, regions: regions, copy: copy)
    }
  }

  @Test(arguments: CopyStrategy.allCases)
  func regionsComeInTheirOrderByteForByte(copy: CopyStrategy) throws {
    // Off page boundaries, tiny, large enough to be corked, and the file's last byte.
    let ranges = [
      1..<4097, 8_000..<8_001, 1_000_000..<7_000_000, 0..<1,
      (DeliveryTests.fileBytes - 1)..<DeliveryTests.fileBytes,
    ]
    let server = try serve(ranges, copy)
    let answer = try server.get("/")
    #expect(answer.body == Array("prefix".utf8) + ranges.flatMap { content[$0] })
    #expect(try delivered(server, copy) == ranges.reduce(0) { $0 + $1.count })
  }

  @Test(arguments: CopyStrategy.allCases)
  func aClientThatTakesLittleAtATimeGetsEverything(copy: CopyStrategy) throws {
    let server = try serve([100..<DeliveryTests.fileBytes], copy)
    let connection = try server.connect(receiveBufferBytes: 8 << 10)
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse().body == Array("prefix".utf8) + content[100...])
  }

  @Test(arguments: CopyStrategy.allCases)
  func thousandsOfSmallRegionsComeInTheirOrder(copy: CopyStrategy) throws {
    let server = try serve(DeliveryTests.smallRanges, copy)
    let connection = try server.connect(receiveBufferBytes: 64 << 10)
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let body = try connection.readResponse().body
    #expect(body == Array("prefix".utf8) + DeliveryTests.smallRanges.flatMap { content[$0] })
  }

  @Test func theCopyIsChosenBySizeAndByPieces() {
    #expect(CopyStrategy.automatic(bytes: 32 << 10) == .read)
    #expect(CopyStrategy.automatic(bytes: 1 << 20) == .sendfile)
    #expect(CopyStrategy.automatic(bytes: 1 << 20, regions: 16) == .sendfile)
    #expect(CopyStrategy.automatic(bytes: 1 << 20, regions: 1000) == .mmap)
  }

  @Test(arguments: CopyStrategy.allCases)
  func noRegionsAreNoBytes(copy: CopyStrategy) throws {
    #expect(try serve([], copy).get("/").text == "prefix")
  }

  @Test func aFileCutShortUnderwayEndsTheConnection() throws {
    for copy in [CopyStrategy.read, .sendfile] {
      let server = try serve([0..<DeliveryTests.fileBytes], copy)
      let connection = try server.connect(receiveBufferBytes: 8 << 10)
      try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = try connection.readBytes(1000)
      try DiskFile(directory.path("file"), .createOrOpen).truncate(to: 1 << 20)
      let rest = try connection.readToEnd()
      #expect(rest.count < DeliveryTests.fileBytes)
      let file = try DiskFile(directory.path("file"), .createOrOpen)
      try content.withUnsafeBytes { try file.write([$0], at: 0) }
    }
  }

  @Test(arguments: CopyStrategy.allCases, [[0..<fileBytes], smallRanges])
  func aFileCutShortAheadOfTheClientEndsTheConnection(
    copy: CopyStrategy, ranges: [Range<Int>]
  ) throws {
    let server = try serve(ranges, copy)
    let connection = try server.connect(receiveBufferBytes: 64 << 10)
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    _ = try connection.readBytes(1000)
    // Not on a page's end, and not yet asked for: the socket does not hold so much.
    try DiskFile(directory.path("file"), .createOrOpen).truncate(to: (7 << 20) + 100)
    #expect(try connection.readToEnd().count < ranges.reduce(0) { $0 + $1.count } - 1000)
  }

  private func delivered(_ server: RunningServer, _ copy: CopyStrategy) throws -> Int {
    let buffer = ByteBuffer()
    server.drain()
    server.registry.render(.prometheus, into: buffer)
    let name = "sluice_delivery_bytes_total{strategy=\"\(copy.rawValue)\""
    return String(decoding: buffer.array, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix(name) }
      .reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) }
  }
}
