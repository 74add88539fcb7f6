import Glibc
import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// How a connection goes that is not used again: in peace, and in the end at any rate.
@Suite struct ClosingTests {
  /// Goes on sending for seven seconds at most: the connection is closed before.
  private static func expectEnd(of connection: RawConnection) {
    var sent = 0
    while sent < 70, (try? connection.send("x")) != nil {
      sent += 1
      usleep(100_000)
    }
    #expect(sent < 70)
  }

  @Test func whoeverIsRefusedAndGoesOnSendingIsClosedAllTheSame() throws {
    let server = try RunningServer { $0.respond(text: "x") }
    let connection = try server.connect()
    try connection.send("nonsense\r\n\r\n")
    #expect(try connection.readResponse().status == 400)
    ClosingTests.expectEnd(of: connection)
  }

  @Test func whoeverIsOneTooManyDoesNotStayByGoingOnSending() throws {
    let server = try RunningServer(configure: { $0.connectionsMax = 1 }) { $0.respond(text: "x") }
    let first = try server.connect()
    try first.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try first.readResponse().status == 200)
    let second = try server.connect()
    #expect(try second.readResponse().status == 503)
    ClosingTests.expectEnd(of: second)
  }

  @Test func whoeverIsAnsweredInTheMiddleOfABadBodyMayGoOnSendingForAWhile() throws {
    let server = try RunningServer { exchange in
      exchange.receiveBody(Swallower(exchange, answersFailure: true))
    }
    let connection = try server.connect()
    try connection.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "2\r\nab\r\nno size\r\n")
    let answer = try connection.readResponse()
    #expect(answer.text == "2 and no more")
    #expect(answer["Connection"] == "close")
    for _ in 0..<5 {
      try connection.send("the rest")
      usleep(50_000)
    }
    #expect(try connection.readToEnd() == [])
  }
}
