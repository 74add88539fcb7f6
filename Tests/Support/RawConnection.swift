import Glibc

/// A bare TCP connection to a server on this machine, for what no client library would send:
/// malformed requests, several at once, half of one, slowly. Belongs to one thread; reads time out
/// after ten seconds.
public final class RawConnection {
  private let descriptor: Int32
  private var received: [UInt8] = []
  private var isOpen = true

  /// Connects to the server on this port.
  ///
  /// - Parameter receiveBufferBytes: how little the kernel may take in for a client that does not
  /// read.
  public init(port: UInt16, receiveBufferBytes: Int? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if let receiveBufferBytes { set(SO_RCVBUF, Int32(receiveBufferBytes)) }
    set(SO_RCVTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    set(SO_SNDTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw RawConnection.failure("connect") }
    setNoDelay()
  }

  deinit { close() }

  /// Sends text as its UTF-8 bytes.
  public func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends bytes, all of them.
  public func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw RawConnection.failure("send") }
      sent += count
    }
  }

  /// Says that nothing more will be sent; the answer can still be read.
  public func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes both ways.
  public func close() {
    if isOpen { Glibc.close(descriptor) }
    isOpen = false
  }

  /// Reads one whole answer, interim ones before it included. What follows it stays for the next
  /// call.
  ///
  /// - Parameter toHead: whether it answers a HEAD request and so has no body.
  public func readResponse(toHead: Bool = false) throws -> HTTPResponse {
    var response = HTTPResponse()
    repeat {
      while case let line = try readLine(), !line.isEmpty { response.takeHeadLine(line) }
    } while response.status >= 100 && response.status < 200
    if toHead || response.status == 204 || response.status == 304 { return response }
    if response["Transfer-Encoding"] == "chunked" {
      try readChunks(into: &response)
    } else if let length = response.number("Content-Length") {
      take(try readBytes(length), into: &response)
    } else {
      take(try readToEnd(), into: &response)
    }
    return response
  }

  /// Reads up to a line end, which is not given.
  public func readLine() throws -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let line = received[..<end]
        received.removeSubrange(...end)
        return String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
      }
      guard try receive() > 0 else { throw TransferFailure(number: 0, message: "closed early") }
    }
  }

  /// Reads exactly so many bytes.
  public func readBytes(_ count: Int) throws -> [UInt8] {
    while received.count < count {
      guard try receive() > 0 else { throw TransferFailure(number: 0, message: "closed early") }
    }
    let bytes = Array(received[..<count])
    received.removeSubrange(..<count)
    return bytes
  }

  /// Reads until the server closes.
  public func readToEnd() throws -> [UInt8] {
    while try receive() > 0 {}
    defer { received = [] }
    return received
  }

  /// Receives once; 0 at the end.
  private func receive() throws -> Int {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw RawConnection.failure("receive") }
    received.append(contentsOf: buffer[..<count])
    return count
  }

  /// Reads the head of an answer whose body is read by `readChunk`.
  public func readHead() throws -> HTTPResponse {
    var response = HTTPResponse()
    while case let line = try readLine(), !line.isEmpty { response.takeHeadLine(line) }
    return response
  }

  /// Reads a chunk of a body; an empty one ends it.
  public func readChunk() throws -> [UInt8] {
    guard let size = Int(try readLine(), radix: 16) else {
      throw TransferFailure(number: 0, message: "not a chunk size")
    }
    let bytes = try readBytes(size)
    _ = try readLine()
    return bytes
  }

  private func readChunks(into response: inout HTTPResponse) throws {
    while case let chunk = try readChunk(), !chunk.isEmpty { take(chunk, into: &response) }
  }

  private func take(_ bytes: [UInt8], into response: inout HTTPResponse) {
    bytes.withUnsafeBytes { response.takeBody($0, keeping: true) }
  }

  private func set(_ option: Int32, _ value: some BitwiseCopyable) {
    withUnsafeBytes(of: value) {
      _ = setsockopt(descriptor, SOL_SOCKET, option, $0.baseAddress, socklen_t($0.count))
    }
  }

  private func setNoDelay() {
    var value: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func failure(_ what: String) -> TransferFailure {
    let number = errno
    let meaning = String(cString: strerror(number))
    return TransferFailure(number: Int(number), message: "\(what): \(meaning)")
  }
}
