import HTTP
import Metrics
import Platform

/// An HTTP/1.1 server: its listeners and n event loops, each on a thread of its own.
public final class HTTPServer: Sendable {
  /// Where it listens, in the order of the configuration; the ports are the real ones.
  public let addresses: [ListenAddress]
  private let context: ServerContext
  private let loops: [LoopMailbox]
  private let threads: [Thread]

  /// Listens and starts to answer.
  ///
  /// - Parameter makeHandler: called once on each loop's thread.
  /// - Throws: what the kernel says when the address cannot be had.
  public init(
    _ configuration: ServerConfiguration, clock: any Clock, metrics: HTTPMetrics,
    deliveryMetrics: DeliveryMetrics, makeHandler: @escaping @Sendable () -> any RequestHandler
  ) throws(SystemError) {
    var listeners: [Listener] = []
    for address in configuration.addresses { listeners.append(try Listener(address)) }
    addresses = listeners.map(\.address)
    let context = try ServerContext(
      configuration: configuration, clock: clock, metrics: metrics,
      deliveryMetrics: deliveryMetrics)
    self.context = context
    var mailboxes: [LoopMailbox] = []
    for _ in 0..<configuration.loopCount { mailboxes.append(try LoopMailbox()) }
    loops = mailboxes
    var threads: [Thread] = []
    let all = mailboxes
    // The first loop takes the listeners and is their only owner: they close when it drains.
    let handover = Lock(listeners)
    listeners = []
    for (index, mailbox) in mailboxes.enumerated() {
      let poller = try Poller()
      try poller.watch(mailbox.wakeup, token: EventLoop.wakeupToken)
      threads.append(
        try Thread(name: "loop-\(index)") { [poller = LoopTransfer(poller)] in
          let loop = EventLoop(
            poller: poller.value, mailbox: mailbox, context: context, handler: makeHandler(),
            acceptors: index == 0 ? HTTPServer.take(handover, for: all) : [])
          loop.run()
        })
    }
    self.threads = threads
  }

  /// The listeners, which their new owner may let go of: nobody else keeps them.
  private static func take(
    _ handover: Lock<[Listener]>, for loops: [LoopMailbox]
  ) -> [Acceptor] {
    handover.withLock { listeners in
      defer { listeners = [] }
      return listeners.map { Acceptor($0, loops: loops) }
    }
  }

  /// Lets the requests under way finish, for as long as the configuration says, and returns when
  /// all loops have ended.
  ///
  /// Until the last of them is finished, new connections are still taken, by the first loop, for
  /// one request each: whoever asks whether the server is ready hears that it is not.
  public func drain() {
    // The first loop hands connections to the others: their orders come behind the last of them.
    let others = loops.dropFirst()
    loops[0].send(.drain)
    loops[0].send(.run { for loop in others { loop.send(.drain) } })
    for thread in threads.dropFirst() { thread.join() }
    loops[0].send(.closeListeners)
    threads[0].join()
    context.readers.stop()
  }
}
