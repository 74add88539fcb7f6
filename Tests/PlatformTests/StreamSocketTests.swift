import Foundation
import Platform
import Support
import Testing

@Suite struct StreamSocketTests {
  /// A client that sends `text`, ends its side, and gives what came back when the server is done.
  private static func client(_ port: UInt16, _ text: String, _ answer: Lock<[UInt8]>) throws
    -> Platform.Thread
  {
    try Platform.Thread(name: "client") {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
      let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      defer { close(socket) }
      _ = withUnsafeBytes(of: &address) {
        connect(
          socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
      }
      _ = send(socket, text, text.utf8.count, 0)
      _ = shutdown(socket, CInt(SHUT_WR))
      var bytes = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return }
        answer.withLock { $0 += bytes.prefix(count) }
      }
    }
  }

  @Test func aConnectionIsHeardAcceptedReadAndAnswered() throws {
    let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0))
    let poller = try Poller()
    try poller.watch(listener, token: 1)
    let answer = Lock<[UInt8]>([])
    let client = try Self.client(try #require(listener.address.network).port, "hello", answer)
    poller.wait(milliseconds: 5000) { #expect($0.token == 1 && $0.readable) }
    guard case .connection(let socket) = listener.accept() else {
      Issue.record("nobody came")
      return
    }
    try poller.watch(socket, token: .max)
    let heard = ByteBuffer()
    var ended = false
    while !ended {
      poller.wait(milliseconds: 5000) { event in
        guard event.token == .max, event.readable else { return }
      }
      let got = heard.appendUninitialized(atMost: 100) { memory in
        switch socket.receive(into: memory) {
        case .bytes(let count): return count
        case .wouldBlock: return 0
        case .ended:
          ended = true
          return 0
        }
      }
      if got == 0, !ended { continue }
    }
    #expect(String(decoding: heard.bytes, as: UTF8.self) == "hello")
    try Self.answer(socket)
    socket.endOutput()
    client.join()
    let whole = String(decoding: answer.withLock { $0 }, as: UTF8.self)
    #expect(whole == "one two three FILE")
  }

  /// One part, two parts in a call, and a part of a file.
  private static func answer(_ socket: borrowing StreamSocket) throws {
    let directory = TemporaryDirectory()
    let file = try DiskFile(directory.path("file"), .createOrOpen)
    try Array("a FILE of mine".utf8).withUnsafeBytes { try file.write([$0], at: 0) }
    let first = Array("one ".utf8)
    let second = Array("two ".utf8)
    let third = Array("three".utf8)
    let sent = [
      first.withUnsafeBytes { socket.send($0, more: true) },
      second.withUnsafeBytes { a in third.withUnsafeBytes { socket.send(a, $0, more: true) } },
      socket.sendFile(file, at: 1, count: 5),
      socket.sendFile(file, at: 100, count: 5),
    ]
    #expect(sent == [.bytes(4), .bytes(9), .bytes(5), .ended])
  }

  @Test func aBellRungFromAnotherThreadEndsTheWaitOnce() throws {
    let poller = try Poller()
    let bell = try Wakeup()
    try poller.watch(bell, token: 7)
    let ringer = try Platform.Thread(name: "ringer") {
      bell.ring()
      bell.ring()
    }
    var tokens: [UInt64] = []
    poller.wait(milliseconds: 5000) { tokens.append($0.token) }
    ringer.join()
    bell.silence()
    poller.wait(milliseconds: 0) { tokens.append($0.token) }
    #expect(tokens == [7])
  }

  @Test func aTakenAddressIsRefused() throws {
    let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0))
    #expect(throws: SystemError.self) { try Listener(listener.address).address }
    guard case .none = listener.accept() else {
      Issue.record("a connection from nowhere")
      return
    }
  }
}
