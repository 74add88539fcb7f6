import Glibc
import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// Requests and their answers on one connection.
@Suite struct ExchangeTests {
  @Test func pipelinedAnswersComeInTheOrderOfTheirRequests() throws {
    let server = try RunningServer { exchange in
      let path = exchange.head.path
      // The first is answered last.
      let milliseconds = path == "/0" ? 100 : path == "/1" ? 30 : 0
      if milliseconds == 0 { return exchange.respond(text: path) }
      _ = exchange.after(milliseconds: milliseconds) { exchange.respond(text: path) }
    }
    let connection = try server.connect()
    let requests = (0..<5).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
    try connection.send(requests.joined())
    for number in 0..<5 { #expect(try connection.readResponse().text == "/\(number)") }
  }

  @Test func aBodyIsTakenWholeOrInPiecesOrSkipped() throws {
    let server = try RunningServer { exchange in
      switch exchange.head.path {
      case "/whole":
        exchange.respond(text: "\(exchange.takeWholeBody()?.count ?? -1)")
      case "/pieces": exchange.receiveBody(Swallower(exchange))
      default: exchange.respond(text: "skipped")
      }
    }
    let connection = try server.connect()
    for (path, answer) in [("/whole", "4"), ("/pieces", "4"), ("/no", "skipped")] {
      try connection.send(
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody")
      #expect(try connection.readResponse().text == answer)
      let chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"
      if path == "/pieces" {
        try connection.send("POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(chunked)")
        #expect(try connection.readResponse().text == answer)
      }
    }
  }

  @Test func aConsumerThatRestsSlowsTheClientDownAndGetsEverything() throws {
    let server = try RunningServer { exchange in
      exchange.receiveBody(Swallower(exchange, restMilliseconds: 1))
    }
    let connection = try server.connect()
    let count = 8 << 20
    try connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(count)\r\n\r\n")
    for _ in 0..<8 { try connection.send([UInt8](repeating: 7, count: 1 << 20)) }
    #expect(try connection.readResponse().text == "\(count)")
  }

  @Test func aBodyThatNobodyAskedForIsNotLate() throws {
    let server = try RunningServer(configure: { $0.bodySilenceMilliseconds = 100 }) { exchange in
      _ = exchange.after(milliseconds: 1200) { exchange.respond(text: "late") }
    }
    let connection = try server.connect()
    for _ in 0..<2 {
      try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody")
      let answer = try connection.readResponse()
      #expect(answer.status == 200)
      #expect(answer.text == "late")
    }
  }

  @Test func theRestOfABodyIsSkippedAlsoWhenItsConsumerRested() throws {
    let server = try RunningServer { exchange in
      guard exchange.hasBody else { return exchange.respond(text: "next") }
      exchange.receiveBody(Swallower(exchange, restMilliseconds: 3_600_000))
      _ = exchange.after(milliseconds: 100) { exchange.respond(text: "enough") }
    }
    let connection = try server.connect()
    try connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc")
    let answer = try connection.readResponse()
    #expect(answer.text == "enough")
    #expect(answer["Connection"] == nil)
    try connection.send("def")
    usleep(20_000)
    try connection.send("ghiGET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse().text == "next")
  }

  @Test func expectationsAreMetOnceTheBodyIsWanted() throws {
    let server = try RunningServer { exchange in
      if exchange.head.path == "/no" { return exchange.respond(text: "no") }
      exchange.receiveBody(Swallower(exchange))
    }
    let head = "HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    let wanted = try server.connect()
    try wanted.send("POST /yes \(head)")
    #expect(try wanted.readLine() == "HTTP/1.1 100 Continue")
    #expect(try wanted.readLine() == "")
    try wanted.send("ab")
    #expect(try wanted.readResponse().text == "2")
    let refused = try server.connect()
    try refused.send("POST /no \(head)")
    let answer = try refused.readResponse()
    #expect(answer.text == "no")
    #expect(answer["Connection"] == "close")
  }

  @Test func aSourceGoesWithItsLengthIfItIsShortAndInChunksIfNot() throws {
    let server = try RunningServer { exchange in
      let isLong = exchange.head.path == "/long"
      exchange.respond(ResponseHead(.ok), source: Pieces(isLong ? 100 : 1, of: 100_000 / 2))
    }
    let short = try server.get("/short")
    #expect(short.number("Content-Length") == 50_000)
    let long = try server.get("/long")
    #expect(long["Transfer-Encoding"] == "chunked")
    #expect(long.bodyBytes == 5_000_000)
    let old = try server.connect()
    try old.send("GET /long HTTP/1.0\r\n\r\n")
    let answer = try old.readResponse()
    #expect(answer["Transfer-Encoding"] == nil)
    #expect(answer.bodyBytes == 5_000_000)
  }

  @Test func aSourceThatWaitsGoesOnWhenItHasMore() throws {
    let server = try RunningServer { exchange in
      exchange.respond(
        ResponseHead(.ok),
        source: Pieces(5, of: 10) { _ in
          _ = exchange.after(milliseconds: 5) { exchange.resumeOutput() }
        })
    }
    #expect(try server.get("/").bodyBytes == 50)
  }

  @Test func aSourceThatFailsCutsTheConnectionSoThatNobodyTakesTheBodyForWhole() throws {
    let server = try RunningServer { exchange in
      let answered = exchange.respond(
        ResponseHead(.ok),
        source: Pieces(exchange.head.path == "/late" ? 3 : 0, of: 9, end: .failed))
      if !answered { exchange.respond(text: "instead") }
    }
    #expect(try server.get("/early").text == "instead")
    #expect(throws: TransferFailure.self) { try server.get("/late") }
  }

  @Test func whoeverGoesIsNoticedAlsoWhenTheEndComesWithTheRequest() throws {
    let gone = Lock(0)
    let server = try RunningServer { exchange in
      exchange.onGone = { gone.withLock { $0 += 1 } }
    }
    for isPrompt in [true, false, true, true, true] {
      let connection = try server.connect()
      try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      if !isPrompt { usleep(20_000) }
      connection.close()
    }
    for _ in 0..<200 where gone.withLock({ $0 }) < 5 { usleep(10_000) }
    #expect(gone.withLock { $0 } == 5)
  }

  @Test func headsAreAnsweredWithoutTheirBodies() throws {
    let server = try RunningServer { exchange in
      if exchange.head.path == "/source" {
        exchange.respond(ResponseHead(.ok), source: Pieces(100, of: 10_000))
      } else {
        exchange.respond(text: "hello")
      }
    }
    let connection = try server.connect()
    try connection.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse(toHead: true).number("Content-Length") == 5)
    try connection.send("HEAD /source HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse(toHead: true).status == 200)
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse().text == "hello")
  }

  @Test func workThatMayWaitComesBackToTheLoop() throws {
    let server = try RunningServer { exchange in
      exchange.offload {
        usleep(1000)
        return 42
      } then: {
        exchange.respond(text: "\($0)")
      }
    }
    #expect(try server.get("/").text == "42")
  }
}
