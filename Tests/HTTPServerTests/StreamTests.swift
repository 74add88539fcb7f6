import Glibc
import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// Answers without an end: what a slow client gets, and how they end.
@Suite struct StreamTests {
  /// Answers with a stream that says a numbered line whenever it is told to.
  private static func serve(
    sendSilenceMilliseconds: Int = 60_000, bytes: Int, milliseconds: Int, _ ended: Mailbox<Bool>
  ) throws -> RunningServer {
    try RunningServer(
      configure: { $0.sendSilenceMilliseconds = sendSilenceMilliseconds }
    ) { exchange in
      let ticker = Ticker(exchange, bytes: bytes, milliseconds: milliseconds)
      exchange.respond(ResponseHead(.ok), stream: ticker, unsentBytesMax: 16 << 10)
      exchange.onGone = {
        ticker.stop()
        ended.post(true)
      }
      exchange.onDrain = {
        exchange.onGone = nil
        ticker.end()
      }
    }
  }

  private static func numbers(_ bytes: [UInt8]) -> [Int] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      line.split(separator: " ").first.flatMap { Int($0) }
    }
  }

  private static func request(_ server: RunningServer) throws -> RawConnection {
    let connection = try server.connect(receiveBufferBytes: 2048)
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readHead().status == 200)
    return connection
  }

  @Test func theHeadComesBeforeTheFirstPiece() throws {
    // The first tick is an hour away.
    let server = try Self.serve(bytes: 10, milliseconds: 3_600_000, Mailbox())
    _ = try Self.request(server)
  }

  @Test func aBodyThatNobodyAskedForDoesNotEndAStream() throws {
    let server = try RunningServer(configure: { $0.bodySilenceMilliseconds = 100 }) { exchange in
      let ticker = Ticker(exchange, bytes: 10, milliseconds: 1500)
      exchange.respond(ResponseHead(.ok), stream: ticker, unsentBytesMax: 0)
      exchange.onGone = { ticker.stop() }
      exchange.onDrain = {
        exchange.onGone = nil
        ticker.end()
      }
    }
    let connection = try server.connect()
    try connection.send(
      "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    #expect(try connection.readHead().status == 200)
    #expect(Self.numbers(try connection.readChunk()) == [1])
    connection.close()
  }

  @Test func aSlowClientGetsWholePiecesAndTheNewest() throws {
    let server = try Self.serve(bytes: 8000, milliseconds: 2, Mailbox())
    let connection = try Self.request(server)
    var numbers = Self.numbers(try connection.readChunk())
    // Nobody reads until far more was said than fits.
    usleep(400_000)
    while numbers.count < 40 {
      let chunk = try connection.readChunk()
      #expect(chunk.count % 8001 == 0)
      numbers += Self.numbers(chunk)
    }
    #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
    // What was said in between was not kept for it.
    let last = try #require(numbers.last)
    #expect(last > numbers.count)
  }

  @Test func aClientThatTakesNothingIsLetGoThoughThereIsAlwaysMore() throws {
    let ended = Mailbox<Bool>()
    let server = try Self.serve(
      sendSilenceMilliseconds: 300, bytes: 8000, milliseconds: 5, ended)
    let connection = try Self.request(server)
    var found: [Bool] = []
    let deadline = SystemClock().monotonicTime().advanced(byMilliseconds: 20_000)
    #expect(ended.take(into: &found, until: deadline))
    #expect(found == [true])
    connection.close()
  }

  @Test func aClientThatClosesItsSideIsGone() throws {
    let ended = Mailbox<Bool>()
    let server = try Self.serve(bytes: 10, milliseconds: 3_600_000, ended)
    let connection = try Self.request(server)
    connection.endOutput()
    var found: [Bool] = []
    let deadline = SystemClock().monotonicTime().advanced(byMilliseconds: 20_000)
    #expect(ended.take(into: &found, until: deadline))
    #expect(found == [true])
  }

  @Test func aDrainEndsAStreamAndItsConnection() throws {
    let server = try RunningServer(configure: { $0.drainMilliseconds = 100_000 }) { exchange in
      let ticker = Ticker(exchange, bytes: 10, milliseconds: 3_600_000)
      exchange.respond(ResponseHead(.ok), stream: ticker, unsentBytesMax: 0)
      exchange.onDrain = { ticker.end() }
    }
    let connection = try Self.request(server)
    server.drain()
    #expect(try connection.readChunk() == [])
    #expect(try connection.readToEnd() == [])
  }
}
