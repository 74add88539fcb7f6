import HTTP
import Platform

/// One thread's loop: readiness, orders from other threads, timers, and the connections it owns.
/// Everything reachable from here is touched by this thread alone.
final class EventLoop {
  static let wakeupToken = UInt64.max
  /// The first listener's token; the others' go down from it.
  private static let listenerToken = UInt64.max - 1
  private static let sweepMilliseconds = 500
  private static let restMilliseconds = 100

  let mailbox: LoopMailbox
  let context: ServerContext
  let handler: any RequestHandler
  /// Where received bytes land first; whoever cannot use them at once copies them.
  let landing = ByteBuffer(capacity: 256 << 10)
  /// Buffers for heads and small answers.
  let buffers = BufferPool(capacity: 16 << 10, idleMax: 256)
  /// The instant the present turn began.
  private(set) var now: MonotonicTime
  private(set) var isDraining = false

  /// Requests of this loop's connections that are under way.
  var activeRequests = 0 {
    didSet {
      if activeRequests > oldValue {
        context.metrics.activeRequests.increment()
      } else {
        context.metrics.activeRequests.decrement()
      }
    }
  }

  /// Those of them that are answered without an end: they keep a loop busy only now and then.
  var openStreams = 0

  private let poller: Poller
  private var acceptors: [Acceptor]
  private var slots: [Connection?] = []
  private var generations: [UInt32] = []
  private var freeSlots: [Int] = []
  private var connectionCount = 0
  /// Those of them that came while the loop was draining.
  private var lateCount = 0
  private var ready: [Connection] = []
  private var timers = TimerQueue()
  private var nextSweep: MonotonicTime
  private var drainEnd: MonotonicTime?
  private var othersHaveDrained = false
  private var dateSecond = 0
  private var hadEvents = false
  private var isDateFresh = false
  private var dateField = HTTPDate(secondsSince1970: 0)

  init(
    poller: Poller, mailbox: LoopMailbox, context: ServerContext, handler: any RequestHandler,
    acceptors: [Acceptor]
  ) {
    self.poller = poller
    self.mailbox = mailbox
    self.context = context
    self.handler = handler
    self.acceptors = acceptors
    now = context.clock.monotonicTime()
    nextSweep = now.advanced(byMilliseconds: EventLoop.sweepMilliseconds)
    for index in acceptors.indices { watch(acceptors[index].listener, index) }
  }

  private func watch(_ listener: Listener, _ index: Int) {
    try? poller.watch(listener, token: EventLoop.listenerToken - UInt64(index))
  }

  /// Runs until the loop has drained.
  func run() {
    var orders: [LoopMailbox.Order] = []
    while !(isDraining && acceptors.isEmpty && connectionCount == 0) {
      wait()
      now = context.clock.monotonicTime()
      mailbox.take(into: &orders)
      for order in orders { carryOut(order) }
      orders.removeAll(keepingCapacity: true)
      while let timer = timers.popDue(now) { timer.fire() }
      runReady()
      if now >= nextSweep { sweep() }
      if othersHaveDrained, connectionCount == lateCount { closeListeners() }
      handler.endTurn()
      isDateFresh = false
    }
  }

  /// Takes what is ready; sleeps if nothing is.
  ///
  /// Behind a turn that answered all its requests, the others on this core go first: what they send
  /// meanwhile is found without a sleep and a wake-up, which cost more than a small request.
  private func wait() {
    let timeout = timeToSleep()
    if timeout > 0, hadEvents, activeRequests == openStreams { Thread.yield() }
    hadEvents = false
    poller.wait(milliseconds: timeout) { event in
      hadEvents = true
      switch event.token {
      case EventLoop.wakeupToken: mailbox.wakeup.silence()
      case let token where EventLoop.listenerToken &- token < UInt64(acceptors.count):
        takeConnections(from: Int(EventLoop.listenerToken &- token))
      default: connection(event.token)?.ready(event)
      }
    }
  }

  /// The `Date` field of this second (RFC 9110 §6.6.1).
  var date: HTTPDate {
    if isDateFresh { return dateField }
    isDateFresh = true
    let second = Int(context.clock.wallMilliseconds() / 1000)
    if second != dateSecond {
      dateSecond = second
      dateField = HTTPDate(secondsSince1970: second)
    }
    return dateField
  }

  /// A request of one of the loop's connections is over.
  func end(_ exchange: Exchange) {
    activeRequests -= 1
    if exchange.isStream { openStreams -= 1 }
  }

  /// Has a connection run again in this turn or the next: once, however often it is asked for.
  func makeReady(_ connection: Connection) {
    guard !connection.isQueued else { return }
    connection.isQueued = true
    ready.append(connection)
  }

  /// Runs `action` after so many milliseconds.
  func after(milliseconds: Int, _ action: @escaping () -> Void) -> LoopTimer {
    let timer = LoopTimer(action)
    timers.add(timer, due: context.clock.monotonicTime().advanced(byMilliseconds: milliseconds))
    return timer
  }

  /// Forgets a connection that has closed.
  func remove(_ connection: Connection) {
    slots[connection.slot] = nil
    freeSlots.append(connection.slot)
    generations[connection.slot] &+= 1
    connectionCount -= 1
    if connection.isLate { lateCount -= 1 }
    context.countOut()
  }

  private func timeToSleep() -> Int {
    guard ready.isEmpty, mailbox.prepareToSleep() else { return 0 }
    var wake = nextSweep
    if let due = timers.nextDue { wake = min(wake, due) }
    let nanoseconds = wake.nanoseconds(since: context.clock.monotonicTime())
    return Int((nanoseconds + 999_999) / 1_000_000)
  }

  private func connection(_ token: UInt64) -> Connection? {
    let slot = Int(token & 0xFFFF_FFFF)
    guard slot < slots.count, generations[slot] == UInt32(token >> 32) else { return nil }
    return slots[slot]
  }

  private func carryOut(_ order: LoopMailbox.Order) {
    switch order {
    case .run(let job): job()
    case .deliver(let work): work.deliver()
    case .adopt(let socket): adopt(socket)
    case .drain: drain()
    case .closeListeners: othersHaveDrained = true
    }
  }

  private func runReady() {
    guard !ready.isEmpty else { return }
    let batch = ready
    ready.removeAll(keepingCapacity: true)
    for connection in batch {
      connection.isQueued = false
      connection.run()
    }
  }

  private func takeConnections(from index: Int) {
    let acceptor = acceptors[index]
    let isTaken = acceptor.takeWaiting(
      context, own: mailbox, keepsAll: isDraining, refusal: refusal, adopt: adopt)
    if isTaken { return }
    poller.forget(acceptor.listener)
    _ = after(milliseconds: EventLoop.restMilliseconds) { [unowned self] in
      if !acceptors.isEmpty { watch(acceptor.listener, index) }
    }
  }

  /// The answer to somebody for whom there is no descriptor.
  private func refusal() -> ByteBuffer {
    let (head, body) = handler.refuse(.noDescriptor, requestID: nil)
    context.metrics.countAnswer(head.status)
    let answer = ByteBuffer(capacity: 1024)
    head.write(
      into: answer, date: date, framing: .length(body.count), keepAlive: false, version: .http11)
    answer.append(body.bytes)
    return answer
  }

  private func adopt(_ socket: StreamSocket) {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = slots.count
      slots.append(nil)
      generations.append(0)
    }
    let isWithinLimit = context.countIn()
    let connection = Connection(socket, loop: self, slot: slot)
    slots[slot] = connection
    connectionCount += 1
    if connection.isLate { lateCount += 1 }
    let token = UInt64(generations[slot]) << 32 | UInt64(slot)
    guard (try? poller.watch(socket, token: token)) != nil else { return connection.close() }
    if !isWithinLimit {
      context.metrics.refusedConnections.increment()
      connection.refuse(.tooManyConnections(limit: context.configuration.connectionsMax))
    } else if isDraining {
      connection.expectRequestSoon()
    }
  }

  private func drain() {
    isDraining = true
    drainEnd = now.advanced(byMilliseconds: context.configuration.drainMilliseconds)
    for connection in slots { connection?.drain() }
  }

  /// What the drain waited for is finished: nobody else comes in.
  private func closeListeners() {
    guard !acceptors.isEmpty else { return }
    for acceptor in acceptors { poller.forget(acceptor.listener) }
    acceptors = []
    for connection in slots { connection?.drain() }
  }

  private func sweep() {
    nextSweep = now.advanced(byMilliseconds: EventLoop.sweepMilliseconds)
    let isOver = drainEnd.map { now >= $0 } ?? false
    if isOver { closeListeners() }
    for connection in slots {
      if isOver { connection?.close() } else { connection?.checkDeadline() }
    }
  }
}
