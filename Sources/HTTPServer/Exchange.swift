import HTTP
import Platform

/// One request and its answer, as a handler sees them. Belongs to the connection's loop; `bound`
/// carries it through other threads.
public final class Exchange {
  /// The request's head.
  public let head: RequestHead
  /// When the head had arrived.
  public let arrived: MonotonicTime
  /// Where jobs for this exchange's loop go.
  public var sink: any JobSink { connection.loop.mailbox }
  /// True once `respond` was called.
  public private(set) var isAnswered = false
  /// True once the client is gone: nobody reads the answer.
  public private(set) var isGone = false
  /// Called once if the client goes before the answer is given; set after that, if it goes before
  /// the answer's end. Whoever sets it clears it when the answer ends.
  public var onGone: (() -> Void)? {
    // The client may be gone already.
    didSet { if onGone != nil { connection.wake() } }
  }
  /// Called once if the server drains before the answer is given: it should then be given at once.
  /// Set after that, it is called if the server drains before the answer's end.
  public var onDrain: (() -> Void)? {
    // The server may be draining already.
    didSet {
      guard onDrain != nil, connection.loop.isDraining else { return }
      _ = after(milliseconds: 0) { [weak self] in self?.drain() }
    }
  }
  /// True for an answer without an end of its own.
  private(set) var isStream = false

  let connection: Connection
  var consumer: (any BodyConsumer)?
  /// The whole body while the handler is being called, if it is there already and nobody took it.
  var bodyAtHand: UnsafeRawBufferPointer?
  var isPaused = false
  var isBodyComplete: Bool
  /// True when the body counts as complete because its rest cannot be had: more may come in.
  var isBodyBroken = false
  var continueIsDue: Bool
  var keepsAlive: Bool
  /// The answer's status, for the metrics.
  private(set) var status = Status.ok

  init(_ head: RequestHead, connection: Connection, arrived: MonotonicTime) {
    self.head = head
    self.connection = connection
    self.arrived = arrived
    isBodyComplete = head.framing == .none || head.framing == .length(0)
    continueIsDue = head.expectsContinue
    keepsAlive = head.keepAlive
  }

  /// The exchange, to be carried through other threads.
  public var bound: ThreadBound<Exchange> { ThreadBound(self) }

  /// True when the request has a body that is not empty, as far as its head tells.
  public var hasBody: Bool { !(head.framing == .none || head.framing == .length(0)) }

  /// The whole body, if it came in with the head: a small request needs no consumer. Only while the
  /// handler is being called; the view is valid as long.
  public func takeWholeBody() -> UnsafeRawBufferPointer? {
    guard let body = bodyAtHand else { return nil }
    bodyAtHand = nil
    isBodyComplete = true
    return body
  }

  /// Begins to receive the body. Without this call the body is skipped.
  public func receiveBody(_ consumer: any BodyConsumer) {
    precondition(self.consumer == nil, "a body is received once")
    self.consumer = consumer
    connection.wake()
    if isBodyComplete { return consumer.end() }
    connection.bodyIsDue()
    if continueIsDue {
      continueIsDue = false
      ResponseHead.writeContinue(into: connection.output.bytes)
    }
  }

  /// Takes no more of the body until `resumeBody`; the client is slowed down by TCP.
  /// The rest of a body that is answered is not worth a pause.
  public func pauseBody() { if !isAnswered { isPaused = true } }

  /// Goes on with the body.
  public func resumeBody() {
    guard isPaused else { return }
    isPaused = false
    connection.bodyIsDue()
    connection.wake()
  }

  /// Answers with a body at hand, in one write with its head.
  public func respond(_ response: ResponseHead, body: ByteBuffer? = nil) {
    respond(response, bytes: body?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// Answers with bytes that are copied at once.
  public func respond(_ response: ResponseHead, bytes: UnsafeRawBufferPointer) {
    let framing: ResponseFraming = response.status.forbidsBody ? .none : .length(bytes.count)
    guard begin(response, framing) else { return }
    if head.method != .head, !response.status.forbidsBody { connection.output.bytes.append(bytes) }
    connection.wake()
  }

  /// Answers with file regions, by one copy strategy; bytes in `prefix` go before them.
  public func respond(
    _ response: ResponseHead, prefix: ByteBuffer? = nil, regions: FileRegions, copy: CopyStrategy
  ) {
    let count = regions.bytes
    guard begin(response, .length(count + (prefix?.count ?? 0))) else { return }
    if head.method != .head, let prefix { connection.output.bytes.append(prefix.bytes) }
    if head.method != .head, count > 0 {
      let loop = connection.loop
      connection.output.append(
        FileDelivery(
          regions, strategy: copy, metrics: loop.context.deliveryMetrics,
          start: loop.context.clock.monotonicTime()))
    }
    connection.wake()
  }

  /// Answers with a body that `source` makes. One that fits into its first piece goes with its
  /// length, a longer one in chunks; to an HTTP/1.0 client, until the connection closes.
  ///
  /// - Returns: false, and nothing is answered, when the source fails before its first piece.
  @discardableResult
  public func respond(_ response: ResponseHead, source: any BodySource) -> Bool {
    guard !isAnswered, !isGone else { return true }
    let first = connection.loop.buffers.take()
    defer { connection.loop.buffers.give(first) }
    let step = source.fill(first, budget: 64 << 10)
    switch step {
    case .end:
      respond(response, body: first)
      return true
    case .failed: return false
    case .more, .waiting: break
    }
    let isChunked = head.version == .http11
    if !isChunked { keepsAlive = false }
    guard begin(response, isChunked ? .chunked : .untilClose) else { return true }
    guard head.method != .head else {
      connection.wake()
      return true
    }
    let output = connection.output
    if isChunked, !first.isEmpty {
      ChunkedEncoder.appendHead(of: first.count, to: output.bytes)
      output.bytes.append(first.bytes)
      ChunkedEncoder.appendEnd(to: output.bytes)
    } else {
      output.bytes.append(first.bytes)
    }
    output.append(source, isChunked: isChunked)
    if case .waiting = step { output.isSuspended = true }
    connection.wake()
    return true
  }

  /// Answers with a body that goes on until the client, the source or the server ends it. Nothing
  /// happens if the request is answered already or the client is gone.
  ///
  /// - Parameter unsentBytesMax: how little the kernel may hold back for a client that takes
  ///   nothing, so that a source knows early; 0 leaves it to the kernel.
  public func respond(_ response: ResponseHead, stream: any BodySource, unsentBytesMax: Int) {
    guard !isAnswered, !isGone else { return }
    isStream = true
    connection.loop.openStreams += 1
    if unsentBytesMax > 0 { connection.limitUnsent(unsentBytesMax) }
    respond(response, source: stream)
  }

  /// Says that a body source that was `waiting` has more.
  public func resumeOutput() {
    connection.output.resume()
    connection.wake()
  }

  /// Runs `work` where it may wait for a disk, then `then` on this loop.
  public func offload<Result: Sendable>(
    _ work: @escaping @Sendable () -> Result, then: @escaping (Result) -> Void
  ) {
    let sink = sink
    let bound = ThreadBound(then)
    connection.loop.context.readers.run {
      let result = work()
      sink.post([{ bound.value(result) }])
    }
  }

  /// Runs `action` on this loop after so many milliseconds, unless it is cancelled.
  public func after(milliseconds: Int, _ action: @escaping () -> Void) -> LoopTimer {
    connection.loop.after(milliseconds: milliseconds, action)
  }

  /// The server drains: whoever wanted to know hears it.
  func drain() {
    let hook = onDrain
    onDrain = nil
    hook?()
  }

  /// Nobody reads the answer any more: says so once, and lets go of everything that may hold the
  /// exchange in its turn.
  func abandon() {
    isGone = true
    let hook = onGone
    onGone = nil
    onDrain = nil
    consumer = nil
    hook?()
  }

  /// Decides how the connection goes on, and writes the head; false if nobody wants it any more.
  private func begin(_ response: ResponseHead, _ framing: ResponseFraming) -> Bool {
    guard !isAnswered, !isGone else { return false }
    isAnswered = true
    isPaused = false
    status = response.status
    onGone = nil
    onDrain = nil
    if !isBodyComplete {
      if !connection.canSkipBody(of: self) { keepsAlive = false }
      connection.bodyIsDue()
    }
    if connection.loop.isDraining { keepsAlive = false }
    response.write(
      into: connection.output.bytes, date: connection.loop.date, framing: framing,
      keepAlive: keepsAlive, version: head.version)
    return true
  }
}
