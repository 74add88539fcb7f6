import Glibc
import HTTP
import HTTPServer
import Platform
import Support
import Testing

/// What one connection may take of its loop.
@Suite struct FairnessTests {
  @Test func aClientThatAsksWithoutPauseLeavesTheOthersTheirTurns() throws {
    let server = try RunningServer { $0.respond(text: "x") }
    let address = SocketAddress(host: "127.0.0.1", port: server.port)
    let greedy = try ClientSocket(connectingTo: address)
    let requests = [UInt8](
      String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 5000).utf8)
    let asking = Background {
      while (try? requests.withUnsafeBytes { try greedy.send($0) }) != nil {}
    }
    let reading = Background {
      while let count = try? greedy.discard(1 << 20), count > 0 {}
    }
    // However the others fare, it ends.
    let ending = Background {
      usleep(4_000_000)
      greedy.close()
    }
    usleep(200_000)
    let clock = SystemClock()
    let start = clock.monotonicTime()
    for _ in 0..<3 { #expect(try server.get("/").status == 200) }
    let nanoseconds = clock.monotonicTime().nanoseconds(since: start)
    #expect(nanoseconds < 2_000_000_000)
    try ending.join()
    try asking.join()
    try reading.join()
  }
}
