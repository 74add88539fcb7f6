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
  /// True when the last flush sent anything.
  private(set) var hasMoved = false
  /// True when a source has called for the queue to go on and was not yet asked.
  private var wasResumed = false

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

  /// True while it is the client that everything waits for.
  var awaitsClient: Bool {
    switch tail {
    case .none: !isEmpty
    case .file: !isSuspended
    case .source: !isSuspended || !(waiting?.isEmpty ?? true)
    }
  }

  /// True when another answer may be put behind what is there.
  var takesAnother: Bool { hasNoTail && (waiting?.count ?? 0) <= OutputQueue.waitingBytesMax }

  private var hasNoTail: Bool { if case .none = tail { true } else { false } }

  func append(_ delivery: FileDelivery) { tail = .file(delivery) }

  func append(_ source: any BodySource, isChunked: Bool) {
    tail = .source(source, isChunked: isChunked)
  }

  /// Goes on where a source had nothing, or cold pages were brought in.
  func resume() {
    isSuspended = false
    wasResumed = true
  }

  /// Sends as much as the socket and the turn allow.
  func flush(to socket: StreamSocket, now: () -> MonotonicTime) -> Outcome {
    hasMoved = false
    if isSuspended { return flushSuspended(to: socket) }
    switch tail {
    case .none: return finish(sendWaiting(to: socket))
    case .file(let delivery):
      let outcome = delivery.send(head: waiting, on: socket, using: context.readBuffers)
      context.metrics.sentBytes.add(delivery.sentInTurn)
      hasMoved = delivery.sentInTurn > 0
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

  /// What a source has made before it fell silent goes out all the same; in front of cold pages the
  /// head waits for them.
  private func flushSuspended(to socket: StreamSocket) -> Outcome {
    guard case .source = tail else { return .waiting }
    let outcome = finish(sendWaiting(to: socket))
    if case .drained = outcome { return .waiting }
    return outcome
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
        hasMoved = true
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
    // A source that was silent says what is new when the client has taken what was: a slow one gets
    // the newest, not everything that there was to say meanwhile.
    if wasResumed {
      let outcome = sendWaiting(to: socket)
      guard case .drained = outcome else { return outcome }
      wasResumed = false
    }
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
          return flushSuspended(to: socket)
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
