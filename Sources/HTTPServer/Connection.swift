import HTTP
import Platform

/// One client's connection: bytes come in and become requests, one at a time; answers go out in
/// their order.
///
/// Belongs to its loop. `run` drives everything and may be called at any time; whatever changes the
/// connection's state calls `wake`.
final class Connection {
  /// With more than this received and not used, nothing more is received.
  private static let pendingBytesMax = 256 << 10
  /// The most one turn receives before the loop's other connections get theirs.
  private static let turnBytesMax = 1 << 20
  /// How many times one turn takes in and sends before the loop's other connections get theirs.
  private static let turnRoundsMax = 4
  /// A rest of a body up to this size is skipped to keep the connection; before a larger one it is
  /// closed.
  private static let skippedBytesMax = 64 << 10
  /// How long a closing connection waits for the client to have read the answer, in milliseconds.
  private static let lingerMilliseconds = 2000
  /// How long a connection may be without its first request when the server stops.
  private static let requestIsNearMilliseconds = 500

  /// The loop holds its connections, and they it, until they close.
  let loop: EventLoop
  let slot: Int
  /// True when it came while the loop was draining.
  let isLate: Bool
  let output: OutputQueue
  /// True while it waits in the loop to run.
  var isQueued = false
  private let socket: StreamSocket
  private var parser: RequestParser
  private var pending: ByteBuffer?
  private var exchange: Exchange?
  private let arrived: MonotonicTime
  private var hasAsked = false
  private var bodyRemaining = 0
  private var chunks: ChunkedDecoder?
  private var isReadable = false
  /// The end stands behind what can be received: it must be received, too, as no event comes for
  /// it.
  private var endIsNear = false
  private var peerEnded = false
  private var isLingering = false
  private var hasEndedOutput = false
  private var isClosed = false
  private var isRunning = false
  private var isTakingIn = false
  private var mustRunAgain = false
  /// The last flush ended because the socket took no more.
  private var isBlocked = false
  private var deadline: MonotonicTime

  init(_ socket: StreamSocket, loop: EventLoop, slot: Int) {
    self.socket = socket
    self.loop = loop
    self.slot = slot
    isLate = loop.isDraining
    arrived = loop.now
    parser = RequestParser(limits: loop.context.configuration.headLimits)
    output = OutputQueue(loop.context, buffers: loop.buffers)
    deadline = loop.now.advanced(byMilliseconds: loop.context.configuration.headMilliseconds)
  }

  /// The poller says what the socket is ready for.
  func ready(_ event: Poller.Event) {
    if event.broken { return close() }
    if event.readable { isReadable = true }
    if event.ended {
      endIsNear = true
      if waitsForNobody { return close() }
    }
    run()
  }

  /// Something changed: run, now or as soon as the present run is over. While input is being taken
  /// in nothing needs to be said: what it brings is sent right behind it.
  func wake() {
    if isTakingIn { return }
    if isRunning { mustRunAgain = true } else { loop.makeReady(self) }
  }

  /// Takes in, hands on and sends whatever can be taken in, handed on and sent.
  func run() {
    guard !isClosed, !isRunning else { return }
    isRunning = true
    defer { isRunning = false }
    var rounds = 0
    repeat {
      mustRunAgain = false
      isTakingIn = true
      takeIn()
      isTakingIn = false
      if isClosed { return }
      flush()
      if isClosed { return }
      finishExchange()
      rounds += 1
      if rounds == Connection.turnRoundsMax, mustRunAgain {
        loop.makeReady(self)
        break
      }
    } while mustRunAgain && !isClosed
    if isOver || waitsForNobody || hasDrained { close() }
  }

  /// True when the server is stopping and the last answer, which was on its way as that began, is
  /// sent.
  private var hasDrained: Bool { loop.isDraining && hasAsked && isIdle && !isReadable }

  /// True when the client has closed its side and its request waits for what may never come, or is
  /// answered without an end: nobody closes only their own side to wait for that. The end may have
  /// come together with the request.
  private var waitsForNobody: Bool {
    guard endIsNear || peerEnded, let exchange else { return false }
    return exchange.onGone != nil
  }

  /// True when a client that sends no more has had all its answers.
  private var isOver: Bool {
    peerEnded && exchange == nil && output.isEmpty && !isLingering && pending?.isEmpty ?? true
  }

  /// Answers without a request, then closes.
  ///
  /// - Parameter bytes: what has come of a head that could not be taken.
  func refuse(_ refusal: Refusal, of bytes: UnsafeRawBufferPointer? = nil) {
    let (head, body) = answer(refusal, of: bytes ?? pending?.bytes)
    loop.context.metrics.countAnswer(head.status)
    head.write(
      into: output.bytes, date: loop.date, framing: .length(body.count), keepAlive: false,
      version: .http11)
    output.bytes.append(body.bytes)
    isLingering = true
    deadline = loop.now.advanced(byMilliseconds: Connection.lingerMilliseconds)
    wake()
  }

  private func answer(
    _ refusal: Refusal, of bytes: UnsafeRawBufferPointer?
  ) -> (head: ResponseHead, body: ByteBuffer) {
    if let exchange {
      return exchange.head.withValue(of: .xRequestID) {
        loop.handler.refuse(refusal, requestID: $0)
      } ?? loop.handler.refuse(refusal, requestID: nil)
    }
    return loop.handler.refuse(refusal, requestID: bytes.flatMap(RequestParser.requestID))
  }

  /// The server is stopping: idle connections close, waiting requests are answered, and so are
  /// those of which something has come.
  func drain() {
    if let exchange { return exchange.drain() }
    if isIdle {
      // A request may have come that nobody has looked at yet.
      isReadable = true
      run()
    }
    guard !isClosed, isIdle else { return }
    let isNew =
      !hasAsked && loop.now < arrived.advanced(byMilliseconds: Self.requestIsNearMilliseconds)
    if isNew { expectRequestSoon() } else { close() }
  }

  /// The server is stopping already: a request must come soon.
  func expectRequestSoon() {
    deadline = loop.now.advanced(byMilliseconds: Connection.requestIsNearMilliseconds)
  }

  private var isIdle: Bool {
    exchange == nil && output.isEmpty && !parser.isInsideHead && !isLingering
      && pending?.isEmpty ?? true
  }

  /// Closes at once.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    if let exchange {
      loop.end(exchange)
      exchange.abandon()
    }
    exchange = nil
    output.release()
    if let pending { loop.buffers.give(pending) }
    pending = nil
    socket.close()
    loop.remove(self)
  }

  /// Closes, or answers 408, when the client has been silent for too long.
  func checkDeadline() {
    guard !isClosed, loop.now >= deadline else { return }
    if output.awaitsClient {
      loop.context.metrics.slowClients.increment()
      return close()
    }
    if isLingering { return close() }
    if let exchange {
      // Nobody is late with a body that is not asked for.
      guard wantsInput else { return }
      loop.context.metrics.slowClients.increment()
      if exchange.isAnswered { return close() }
      return breakOff(exchange, .tooSlow)
    }
    if parser.isInsideHead {
      loop.context.metrics.slowClients.increment()
      refuse(.tooSlow)
    } else {
      close()
    }
  }

  /// True when the rest of a body is so short that it is cheaper to skip it than to lose the
  /// connection.
  func canSkipBody(of exchange: Exchange) -> Bool {
    if exchange.continueIsDue { return false }
    return chunks == nil && bodyRemaining <= Connection.skippedBytesMax
  }

  /// The body is asked for, or is to be skipped: its time begins.
  func bodyIsDue() { touch(loop.context.configuration.bodySilenceMilliseconds) }

  /// Has the kernel take no more than so many bytes that it cannot send yet.
  func limitUnsent(_ bytes: Int) { socket.limitUnsent(bytes) }

  // MARK: - In

  private var wantsInput: Bool {
    if isLingering { return true }
    guard let exchange else { return output.takesAnother }
    if exchange.isBodyComplete || exchange.isPaused { return false }
    return exchange.consumer != nil || exchange.isAnswered && exchange.keepsAlive
  }

  private func takeIn() {
    if let pending, !pending.isEmpty { pending.consume(use(pending.bytes)) }
    var share = Connection.turnBytesMax
    while isReadable, !peerEnded, !isClosed, wantsInput {
      if share <= 0 {
        loop.makeReady(self)
        break
      }
      guard let count = receive() else { break }
      share -= count
    }
    if let pending, pending.isEmpty {
      loop.buffers.give(pending)
      self.pending = nil
    }
    if peerEnded, !isClosed { endOfInput() }
  }

  /// Receives once and uses what came; `nil` when there was nothing.
  private func receive() -> Int? {
    let landing = loop.landing
    let held = pending?.count ?? 0
    if held >= Connection.pendingBytesMax { return nil }
    landing.removeAll()
    var transfer = Transfer.wouldBlock
    let room = landing.capacity
    _ = landing.appendUninitialized(atMost: room) { memory in
      transfer = socket.receive(into: memory)
      if case .bytes(let count) = transfer { return count }
      return 0
    }
    switch transfer {
    case .wouldBlock:
      isReadable = false
      return nil
    case .ended:
      peerEnded = true
      return nil
    case .bytes(let count):
      if count < room, !endIsNear { isReadable = false }
      loop.context.metrics.receivedBytes.add(count)
      if let pending, held > 0 {
        pending.append(landing.bytes)
        pending.consume(use(pending.bytes))
      } else {
        keep(landing.bytes, from: use(landing.bytes))
      }
      return count
    }
  }

  private func keep(_ bytes: UnsafeRawBufferPointer, from used: Int) {
    guard used < bytes.count, !isClosed else { return }
    let buffer = pending ?? loop.buffers.take()
    buffer.append(UnsafeRawBufferPointer(rebasing: bytes[used...]))
    pending = buffer
  }

  /// Turns bytes into heads and bodies as far as possible; gives how many were used.
  private func use(_ bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while used < bytes.count, !isClosed, wantsInput {
      if isLingering { return bytes.count }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
      let count: Int
      if let exchange {
        count = feed(exchange, rest)
      } else {
        count = beginExchange(rest)
      }
      finishExchange()
      if count == 0 { break }
      used += count
    }
    return used
  }

  private func beginExchange(_ bytes: UnsafeRawBufferPointer) -> Int {
    do {
      let wasInsideHead = parser.isInsideHead
      switch try parser.next(bytes) {
      case .needMore:
        if !wasInsideHead {
          deadline = loop.now.advanced(byMilliseconds: loop.context.configuration.headMilliseconds)
        }
        return 0
      case .head(let head, let consumed):
        return consumed + start(head, UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
      }
    } catch {
      refuse(.malformed(error), of: bytes)
      return bytes.count
    }
  }

  /// Has the handler answer; gives how many of the bytes behind the head it used as the body.
  private func start(_ head: RequestHead, _ rest: UnsafeRawBufferPointer) -> Int {
    chunks = nil
    bodyRemaining = 0
    switch head.framing {
    case .none: break
    case .length(let count): bodyRemaining = count
    case .chunked: chunks = ChunkedDecoder()
    }
    let exchange = Exchange(head, connection: self, arrived: loop.now)
    self.exchange = exchange
    hasAsked = true
    loop.activeRequests += 1
    guard bodyRemaining > 0, bodyRemaining <= rest.count else {
      loop.handler.handle(exchange)
      return 0
    }
    exchange.bodyAtHand = UnsafeRawBufferPointer(rebasing: rest[..<bodyRemaining])
    loop.handler.handle(exchange)
    if exchange.bodyAtHand == nil {
      defer { bodyRemaining = 0 }
      return bodyRemaining
    }
    exchange.bodyAtHand = nil
    return 0
  }

  private func feed(_ exchange: Exchange, _ bytes: UnsafeRawBufferPointer) -> Int {
    bodyIsDue()
    guard chunks != nil else {
      let count = min(bodyRemaining, bytes.count)
      bodyRemaining -= count
      exchange.consumer?.receive(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      if bodyRemaining == 0 { endBody(exchange) }
      return count
    }
    do {
      switch try chunks!.next(bytes) {
      case .needMore(let consumed): return consumed
      case .data(let range, let consumed):
        exchange.consumer?.receive(UnsafeRawBufferPointer(rebasing: bytes[range]))
        return consumed
      case .end(let consumed):
        endBody(exchange)
        return consumed
      }
    } catch {
      exchange.keepsAlive = false
      if exchange.isAnswered {
        isLingering = true
      } else {
        breakOff(exchange, .malformed(error))
      }
      return bytes.count
    }
  }

  /// The rest of a body does not come: whoever received it answers, or the server does.
  private func breakOff(_ exchange: Exchange, _ refusal: Refusal) {
    exchange.keepsAlive = false
    if let consumer = exchange.consumer {
      exchange.isBodyComplete = true
      exchange.isBodyBroken = true
      exchange.consumer = nil
      if consumer.fail(refusal) { return }
      exchange.isBodyComplete = false
    }
    exchange.abandon()
    refuse(refusal)
  }

  private func endBody(_ exchange: Exchange) {
    exchange.isBodyComplete = true
    // Consumers hold their exchange: neither would ever go if it held on to them.
    let consumer = exchange.consumer
    exchange.consumer = nil
    consumer?.end()
  }

  private func endOfInput() {
    guard let exchange else {
      if output.isEmpty { close() }
      return
    }
    // The client may have closed only its own side and still read; but a body cut short will never
    // be whole: whoever has taken some of it may have something to say.
    if !exchange.isAnswered, !exchange.isBodyComplete {
      if exchange.consumer == nil { return close() }
      return breakOff(exchange, .malformed(.bodyCutShort))
    }
    // An answered request whose body will never be whole has nothing left to wait for.
    if exchange.isAnswered, !exchange.isBodyComplete { exchange.keepsAlive = false }
  }

  // MARK: - Out

  private func flush() {
    let wasBlocked = isBlocked
    isBlocked = false
    switch output.flush(to: socket, now: loop.context.clock.monotonicTime) {
    case .drained:
      if isLingering, exchange == nil || exchange!.isGone { linger() }
    case .blocked:
      // Only what the client takes gives it more time, not that there is more for it.
      isBlocked = true
      if output.hasMoved || !wasBlocked {
        touch(loop.context.configuration.sendSilenceMilliseconds)
      }
    case .waiting: break
    case .yielded:
      touch(loop.context.configuration.sendSilenceMilliseconds)
      loop.makeReady(self)
    case .cold(let delivery): bringIn(delivery)
    case .broken: close()
    }
  }

  /// Has a reader thread open the file, if it is not, and bring the next stretch of it into memory,
  /// then goes on.
  private func bringIn(_ delivery: FileDelivery) {
    guard let (stored, extent) = delivery.coldStretch else { return }
    let bound = ThreadBound((self, delivery))
    let mailbox = loop.mailbox
    let buffers = loop.context.readBuffers
    loop.context.readers.run {
      let file = PageWarmer.bringIn(stored, extent, using: buffers)
      mailbox.post([
        {
          let (connection, delivery) = bound.value
          guard let file else { return connection.close() }
          delivery.hold(file, warmedEnd: extent.upperBound)
          connection.output.resume()
          connection.run()
        }
      ])
    }
  }

  /// Ends an exchange whose answer is given and whose body is read, and sees what comes next.
  private func finishExchange() {
    guard let exchange, exchange.isAnswered || exchange.isGone, !isClosed else { return }
    if exchange.isGone {
      self.exchange = nil
      loop.end(exchange)
      return
    }
    guard output.takesAnother else { return }
    // An answer that was begun before the server drained may have promised more.
    let goesOn = exchange.keepsAlive && !loop.isDraining
    if goesOn {
      guard exchange.isBodyComplete else { return }
    } else {
      guard output.isEmpty else { return }
    }
    self.exchange = nil
    exchange.consumer = nil
    let context = loop.context
    loop.end(exchange)
    context.metrics.countAnswer(exchange.status)
    if !exchange.isStream {
      context.metrics.requestDuration.observe(
        context.clock.monotonicTime().nanoseconds(since: exchange.arrived))
    }
    if goesOn {
      touch(loop.context.configuration.idleMilliseconds)
      if pending != nil || isReadable { mustRunAgain = true }
    } else if exchange.isBodyComplete, !exchange.isBodyBroken, pending == nil, !isReadable {
      close()
    } else {
      linger()
    }
  }

  /// Closes its own side and lets the client read the answer before the connection goes: closing
  /// with unread bytes in the socket would take the answer back (RFC 9112 §9.6).
  private func linger() {
    isLingering = true
    if !hasEndedOutput {
      hasEndedOutput = true
      socket.endOutput()
      // Once: a client that goes on sending gets no more time for that.
      deadline = loop.now.advanced(byMilliseconds: Connection.lingerMilliseconds)
    }
    if peerEnded { close() } else { mustRunAgain = isReadable }
  }

  private func touch(_ milliseconds: Int) {
    deadline = loop.now.advanced(byMilliseconds: milliseconds)
  }
}
