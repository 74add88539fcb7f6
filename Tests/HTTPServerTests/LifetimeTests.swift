import Glibc
import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// How long connections live, and what ends them.
@Suite struct LifetimeTests {
  @Test func slowHeadsAndBodiesAreAnswered408() throws {
    let server = try RunningServer(
      configure: {
        $0.headMilliseconds = 100
        $0.bodySilenceMilliseconds = 100
      }) { $0.receiveBody(Swallower($0)) }
    for beginning in [
      "GET / HT", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc",
    ] {
      let connection = try server.connect()
      try connection.send(beginning)
      let answer = try connection.readResponse()
      #expect(answer.status == 408)
      #expect(answer["Connection"] == "close")
    }
  }

  @Test func idleConnectionsAreClosed() throws {
    let server = try RunningServer(configure: { $0.idleMilliseconds = 100 }) {
      $0.respond(text: "x")
    }
    let connection = try server.connect()
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try connection.readResponse().text == "x")
    #expect(try connection.readToEnd().isEmpty)
  }

  @Test func whoTakesNothingOfAnAnswerIsCutOff() throws {
    let server = try RunningServer(configure: { $0.sendSilenceMilliseconds = 200 }) {
      $0.respond(ResponseHead(.ok), source: Pieces(10_000, of: 10_000))
    }
    let connection = try server.connect(receiveBufferBytes: 4096)
    try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    sleep(2)
    #expect(throws: TransferFailure.self) { try connection.readResponse() }
  }

  @Test func oneConnectionTooManyIsAnswered503() throws {
    let server = try RunningServer(configure: { $0.connectionsMax = 2 }) { $0.respond(text: "x") }
    let first = try (0..<2).map { _ in try server.connect() }
    for connection in first {
      try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(try connection.readResponse().status == 200)
    }
    #expect(try server.connect().readResponse().status == 503)
    first[0].close()
    for _ in 0..<100 {
      if (try? server.get("/"))?.status == 200 { return }
      usleep(20_000)
    }
    Issue.record("a place that was given up is not given to another")
  }

  @Test func aDrainAnswersWhatWaitsAndClosesTheRest() throws {
    let server = try RunningServer(loops: 2) { exchange in
      exchange.onDrain = { exchange.respond(text: "drained") }
    }
    let waiting = try (0..<4).map { _ in try server.connect() }
    for connection in waiting { try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") }
    let idle = try server.connect()
    usleep(100_000)
    server.drain()
    for connection in waiting {
      let answer = try connection.readResponse()
      #expect(answer.text == "drained")
      #expect(answer["Connection"] == "close")
    }
    #expect(try idle.readToEnd().isEmpty)
  }

  @Test func whoeverComesWhileADrainBeginsIsAnswered() throws {
    let server = try RunningServer(loops: 2) { exchange in
      if exchange.head.path == "/slow" { usleep(400_000) }
      exchange.respond(text: "x")
    }
    // The first loop is busy while the other one is told to end.
    let busy = try server.connect()
    try busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let port = server.port
    let coming = Background {
      usleep(250_000)
      let connections = try (0..<4).map { _ in try RawConnection(port: port) }
      for connection in connections {
        try connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      }
      return try connections.map { try $0.readResponse().status }
    }
    usleep(100_000)
    server.drain()
    #expect(try coming.join() == [200, 200, 200, 200])
  }

  @Test func aDrainWaitsForAnAnswerOnItsWayAndNoLonger() throws {
    let handled = Lock(0)
    let text = String(repeating: "x", count: 4000)
    let server = try RunningServer { exchange in
      handled.withLock { $0 += 1 }
      exchange.respond(text: text)
    }
    let address = SocketAddress(host: "127.0.0.1", port: server.port)
    func ask(_ count: Int) throws -> (client: ClientSocket, answered: Int) {
      let client = try ClientSocket(connectingTo: address)
      let before = handled.withLock { $0 }
      let requests = String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: count)
      try Array(requests.utf8).withUnsafeBytes { try client.send($0) }
      usleep(500_000)
      return (client, handled.withLock { $0 } - before)
    }
    // How much is answered to a client that takes nothing; a little less stays on its way.
    let most = try ask(5000).answered
    usleep(200_000)
    let (client, answered) = try ask(most - 10)
    #expect(answered > 0)
    let reading = Background {
      usleep(300_000)
      while let count = try? client.discard(1 << 20), count > 0 {}
    }
    let clock = SystemClock()
    let start = clock.monotonicTime()
    server.drain()
    #expect(clock.monotonicTime().nanoseconds(since: start) < 4_000_000_000)
    try reading.join()
  }

  @Test func connectionsGoRoundTheLoops() throws {
    let threads = Lock<Set<pthread_t>>([])
    let server = try RunningServer(loops: 3) { exchange in
      threads.withLock { _ = $0.insert(pthread_self()) }
      exchange.respond(text: "x")
    }
    for _ in 0..<6 { #expect(try server.get("/").status == 200) }
    #expect(threads.withLock { $0.count } == 3)
  }

  @Test func malformedRequestsAreRefusedAndTheConnectionClosed() throws {
    let server = try RunningServer { $0.respond(text: "x") }
    let connection = try server.connect()
    try connection.send("nonsense\r\n\r\n")
    let answer = try connection.readResponse()
    #expect(answer.status == 400)
    #expect(answer.text == "malformed_request")
    #expect(try connection.readToEnd().isEmpty)
  }
}
