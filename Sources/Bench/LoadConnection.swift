import HTTP
import Platform

/// One client's connection to the server that is measured: one request, one answer, then the next.
/// Belongs to one thread.
final class LoadConnection {
  private let socket: ClientSocket
  private let received = ByteBuffer(capacity: 256 << 10)

  init(_ target: LoadTarget) throws(BenchError) {
    do {
      socket = try ClientSocket(connectingTo: target.address)
    } catch {
      throw .system(error)
    }
  }

  /// Has the kernel take in much before the server must wait.
  func widen() { socket.setReceiveBuffer(bytes: 4 << 20) }

  /// Sends a whole request and takes the whole answer; its body is dropped in the kernel as far as
  /// that is possible, or else kept in `body`.
  func exchange(_ request: ByteBuffer, body: ByteBuffer? = nil) throws(BenchError) -> LoadAnswer {
    do {
      try socket.send(request.bytes)
    } catch {
      throw .system(error)
    }
    var answer = try takeHead()
    body?.removeAll()
    if answer.isChunked {
      try takeChunks(&answer, into: body)
    } else if let length = answer.contentLength {
      try take(length, into: body)
      answer.bodyBytes = length
    } else if answer.status != 204, answer.status != 304 {
      throw .badAnswer("its length is not said")
    }
    return answer
  }

  /// The same, for requests that must succeed.
  @discardableResult
  func require(
    _ request: ByteBuffer, _ name: String, body: ByteBuffer? = nil
  ) throws(BenchError) -> LoadAnswer {
    let body = body ?? ByteBuffer()
    let answer = try exchange(request, body: body)
    if answer.isSuccess { return answer }
    throw .refused(
      status: answer.status, request: name, body: String(decoding: body.bytes, as: UTF8.self))
  }

  private func takeHead() throws(BenchError) -> LoadAnswer {
    while true {
      if let found = ByteSearch.first("\r\n\r\n", in: received.bytes) {
        let end = found + 4
        let head = UnsafeRawBufferPointer(rebasing: received.bytes[..<end])
        guard let answer = LoadAnswer(head: head) else { throw .badAnswer("its head") }
        received.consume(end)
        if answer.status == 100 { continue }
        return answer
      }
      guard received.count < 64 << 10 else { throw .badAnswer("its head has no end") }
      try receive()
    }
  }

  private func take(_ length: Int, into body: ByteBuffer?) throws(BenchError) {
    var left = length
    let held = min(left, received.count)
    body?.append(UnsafeRawBufferPointer(rebasing: received.bytes[..<held]))
    received.consume(held)
    left -= held
    while left > 0 {
      guard let body else {
        left -= try step { socket throws(SystemError) in try socket.discard(left) }
        continue
      }
      try receive()
      let came = min(left, received.count)
      body.append(UnsafeRawBufferPointer(rebasing: received.bytes[..<came]))
      received.consume(came)
      left -= came
    }
  }

  private func takeChunks(
    _ answer: inout LoadAnswer, into body: ByteBuffer?
  ) throws(BenchError) {
    var decoder = ChunkedDecoder()
    while true {
      let found: ChunkedDecoder.Step
      do {
        found = try decoder.next(received.bytes)
      } catch {
        throw .badAnswer("its chunks")
      }
      switch found {
      case .needMore(let consumed):
        received.consume(consumed)
        try receive()
      case .data(let range, let consumed):
        body?.append(UnsafeRawBufferPointer(rebasing: received.bytes[range]))
        answer.bodyBytes += range.count
        received.consume(consumed)
      case .end(let consumed):
        received.consume(consumed)
        return
      }
    }
  }

  private func receive() throws(BenchError) {
    _ = try step { socket throws(SystemError) in
      try received.appendUninitialized(atMost: 64 << 10) { memory throws(SystemError) in
        try socket.receive(into: memory)
      }
    }
  }

  private func step(
    _ call: (ClientSocket) throws(SystemError) -> Int
  ) throws(BenchError) -> Int {
    let count: Int
    do {
      count = try call(socket)
    } catch {
      throw .system(error)
    }
    if count == 0 { throw .connectionEnded }
    return count
  }
}
