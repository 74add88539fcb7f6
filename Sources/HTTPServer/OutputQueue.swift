import HTTP
import Platform

/// What a connection still has to send: bytes, and behind them at most one body that comes from
/// files or from a source. Answers stand in the order of their requests.
final class OutputQueue {
  /// How a flush ended.
  enum Outcome {
    /// Everything is sent.
    case drained
    /// The socket takes no more for now.
    case blocked
    /// The turn's share is sent; there is more.
    case yielded
    /// A source has nothing yet, or cold pages are being brought in.
    case waiting
    /// Cold pages must be brought in before the queue can go on.
    case cold(FileDelivery)
    /// The client is gone, or a source failed.
    case broken
  }

  private enum Tail {
    case none
    case file(FileDelivery)
    case source(any BodySource, isChunked: Bool)
  }

  /// A source is asked for about so much at a time.
  private static let pieceBytes = 256 << 10
  /// The most one turn takes from a source.
  private static let turnBytesMax = 2 << 20
  /// With more than this waiting, no further request is begun.
  private static let waitingBytesMax = 64 << 10

  private let context: ServerContext
  private let buffers: BufferPool
  private var waiting: ByteBuffer?
  private var tail = Tail.none
  /// True while something else (a source, a reader thread) will say when to go on.
  var isSuspended = false

  init(_ context: ServerContext, buffers: BufferPool) {
    self.context = context
    self.buffers = buffers
  }

  /// Where heads and small bodies are written.
  var bytes: ByteBuffer {
    if let waiting { return waiting }
    let fresh = buffers.take()
    waiting = fresh
    return fresh
  }

  /// True when everything is sent.
  var isEmpty: Bool { waiting?.isEmpty ?? true && hasNoTail }

  /// True when another answer may be put behind what is there.
  var takesAnother: Bool { hasNoTail && (waiting?.count ?? 0) <= OutputQueue.waitingBytesMax }

  private var hasNoTail: Bool { if case .none = tail { true } else { false } }

  func append(_ delivery: FileDelivery) { tail = .file(delivery) }

  func append(_ source: any BodySource, isChunked: Bool) {
    tail = .source(source, isChunked: isChunked)
  }

  /// Sends as much as the socket and the turn allow.
  func flush(to socket: StreamSocket, now: () -> MonotonicTime) -> Outcome {
    if isSuspended { return .waiting }
    switch tail {
    case .none: return finish(sendWaiting(to: socket))
    case .file(let delivery):
      let outcome = delivery.send(head: waiting, on: socket, using: context.readBuffers)
      context.metrics.sentBytes.add(delivery.sentInTurn)
      switch outcome {
      case .done:
        delivery.finish(at: now())
        tail = .none
        return finish(sendWaiting(to: socket))
      case .blocked: return .blocked
      case .yielded: return .yielded
      case .cold:
        isSuspended = true
        return .cold(delivery)
      case .broken: return .broken
      }
    case .source(let source, let isChunked):
      return flush(source, isChunked: isChunked, to: socket)
    }
  }

  /// Gives buffers back when the connection goes.
  func release() {
    if let waiting { buffers.give(waiting) }
    waiting = nil
    tail = .none
  }

  private func finish(_ outcome: Outcome) -> Outcome {
    if case .drained = outcome, let waiting {
      buffers.give(waiting)
      self.waiting = nil
    }
    return outcome
  }

  private func sendWaiting(to socket: StreamSocket) -> Outcome {
    while let waiting, !waiting.isEmpty {
      switch socket.send(waiting.bytes, more: false) {
      case .bytes(let sent):
        context.metrics.sentBytes.add(sent)
        waiting.consume(sent)
      case .wouldBlock: return .blocked
      case .ended: return .broken
      }
    }
    return .drained
  }

  private func flush(
    _ source: any BodySource, isChunked: Bool, to socket: StreamSocket
  ) -> Outcome {
    var share = OutputQueue.turnBytesMax
    while true {
      let buffer = bytes
      if buffer.count < OutputQueue.pieceBytes {
        let before = buffer.count
        let step = fill(buffer, from: source, isChunked: isChunked)
        share -= buffer.count - before
        switch step {
        case .more: break
        case .end:
          tail = .none
          return finish(sendWaiting(to: socket))
        case .waiting:
          isSuspended = true
          if case .broken = sendWaiting(to: socket) { return .broken }
          return .waiting
        case .failed: return .broken
        }
      }
      let outcome = sendWaiting(to: socket)
      guard case .drained = outcome else { return outcome }
      if share <= 0 { return .yielded }
    }
  }

  private func fill(_ buffer: ByteBuffer, from source: any BodySource, isChunked: Bool) -> BodyStep
  {
    guard isChunked else { return source.fill(buffer, budget: OutputQueue.pieceBytes) }
    let chunk = ChunkedEncoder.begin(in: buffer)
    let step = source.fill(buffer, budget: OutputQueue.pieceBytes)
    chunk.end(in: buffer)
    if case .end = step { ChunkedEncoder.appendLast(to: buffer) }
    return step
  }
}
