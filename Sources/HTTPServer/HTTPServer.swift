import HTTP
import Metrics
import Platform

/// An HTTP/1.1 server: a listener and n event loops, each on a thread of its own.
public final class HTTPServer: Sendable {
  /// Where it listens; the port is the real one.
  public let address: SocketAddress
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
    let listener = try Listener(configuration.address)
    address = listener.address
    let context = try ServerContext(
      configuration: configuration, clock: clock, metrics: metrics,
      deliveryMetrics: deliveryMetrics)
    self.context = context
    var mailboxes: [LoopMailbox] = []
    for _ in 0..<configuration.loopCount { mailboxes.append(try LoopMailbox()) }
    loops = mailboxes
    var threads: [Thread] = []
    let all = mailboxes
    for (index, mailbox) in mailboxes.enumerated() {
      let poller = try Poller()
      try poller.watch(mailbox.wakeup, token: EventLoop.wakeupToken)
      threads.append(
        try Thread(name: "loop-\(index)") { [poller = LoopTransfer(poller)] in
          let loop = EventLoop(
            poller: poller.value, mailbox: mailbox, context: context, handler: makeHandler(),
            acceptor: index == 0 ? Acceptor(listener, loops: all) : nil)
          loop.run()
        })
    }
    self.threads = threads
  }

  /// Takes no more connections, lets the requests under way finish, for as long as the
  /// configuration says, and returns when all loops have ended.
  public func drain() {
    for loop in loops { loop.send(.drain) }
    for thread in threads { thread.join() }
    context.readers.stop()
  }
}
