import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// Pages that are not in memory are brought in by the reader threads: no loop waits for them.
@Suite struct ColdDeliveryTests {
  private static let fileBytes = 10 << 20

  let directory = TemporaryDirectory()
  let content: [UInt8]
  let file: ColdFile

  init() throws {
    var random = SeededGenerator(11)
    content = random.bytes(ColdDeliveryTests.fileBytes)
    let file = try DiskFile(directory.path("file"), .createOrOpen)
    try content.withUnsafeBytes { try file.write([$0], at: 0) }
    self.file = ColdFile(file)
  }

  private func serve(_ copy: CopyStrategy) throws -> RunningServer {
    let file = StoredFile(file)
    return try RunningServer { exchange in
      if exchange.head.path == "/hot" { return exchange.respond(text: "hot") }
      exchange.respond(
        ResponseHead(.ok), prefix: ByteBuffer(),
        regions: [
          FileRegion(file: file, position: 5, count: 3 << 20),
          FileRegion(file: file, position: 4 << 20, count: (6 << 20) - 1),
        ], copy: copy)
    }
  }

  private var wanted: [UInt8] {
    Array(content[5..<(3 << 20) + 5] + content[(4 << 20)..<(10 << 20) - 1])
  }

  @Test(arguments: CopyStrategy.allCases)
  func coldBytesComeAllTheSame(copy: CopyStrategy) throws {
    let server = try serve(copy)
    #expect(try server.get("/").body == wanted)
    #expect(file.refusedReads > 0 && file.waitingReads > 0)
  }

  @Test(arguments: CopyStrategy.allCases)
  func theyAreCountedAsCold(copy: CopyStrategy) throws {
    let server = try serve(copy)
    _ = try server.get("/")
    server.drain()
    let buffer = ByteBuffer()
    server.registry.render(.prometheus, into: buffer)
    let line = String(decoding: buffer.array, as: UTF8.self).split(separator: "\n").first {
      $0.hasPrefix(
        "sluice_delivery_bytes_total{strategy=\"\(copy.rawValue)\",cache=\"cold\"}")
    }
    let cold = Int(line?.split(separator: " ").last ?? "") ?? 0
    #expect(cold > wanted.count / 2)
  }

  @Test(arguments: CopyStrategy.allCases)
  func smallRegionsComeInTogether(copy: CopyStrategy) throws {
    let stored = StoredFile(file)
    let extents = stride(from: 0, to: ColdDeliveryTests.fileBytes, by: 8 << 10).map {
      $0..<($0 + 1000)
    }
    let server = try RunningServer { exchange in
      let regions = FileRegions(
        extents.lazy.map { FileRegion(file: stored, position: $0.lowerBound, count: $0.count) })
      exchange.respond(ResponseHead(.ok), regions: regions, copy: copy)
    }
    #expect(try server.get("/").body == extents.flatMap { content[$0] })
    #expect(file.refusedReads < 10, "each way to the disk brings in all that lies near")
  }

  @Test func othersAreAnsweredMeanwhile() throws {
    let server = try serve(.sendfile)
    let slow = try server.connect(receiveBufferBytes: 8 << 10)
    try slow.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try server.get("/hot").text == "hot")
    #expect(try slow.readResponse().body == wanted)
  }

  @Test func aClientThatGoesWhilePagesComeInLeavesNothingBehind() throws {
    let server = try serve(.sendfile)
    for _ in 0..<20 {
      let connection = try server.connect()
      try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      connection.close()
    }
    #expect(try server.get("/hot").text == "hot")
    #expect(try server.get("/").body == wanted)
  }
}
