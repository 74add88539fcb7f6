import Glibc
import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// How a connection goes that is not used again: in peace, and in the end at any rate.
@Suite struct ClosingTests {
  @Test func whoeverIsRefusedAndGoesOnSendingIsClosedAllTheSame() throws {
    let server = try RunningServer { $0.respond(text: "x") }
    let connection = try server.connect()
    try connection.send("nonsense\r\n\r\n")
    #expect(try connection.readResponse().status == 400)
    var sent = 0
    while sent < 70, (try? connection.send("x")) != nil {
      sent += 1
      usleep(100_000)
    }
    #expect(sent < 70)
  }
}
