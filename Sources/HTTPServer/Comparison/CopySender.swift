import Metrics
import Platform

/// Sends a comparison's bytes over a connection of this machine to itself, by the very code that
/// answers requests, and takes what it costs its thread. Belongs to one thread.
final class CopySender {
  /// The deadline and the wish to stop are looked at as often as this while the socket is full.
  private static let waitMilliseconds = 50
  private static let acceptsMax = 100

  private let socket: StreamSocket
  private let receiver: CopyReceiver
  private let poller: Poller
  private let clock: any Clock
  private let deadline: MonotonicTime
  private let isCancelled: () -> Bool
  private let buffers = BufferPool(capacity: 256 << 10, idleMax: 2)

  /// Listens, connects and accepts. The connection is as the server's own are.
  init(
    clock: any Clock, deadline: MonotonicTime, isCancelled: @escaping () -> Bool
  ) throws(SystemError) {
    let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0), backlog: 1)
    poller = try Poller()
    guard let address = listener.address.network else {
      preconditionFailure("a listener at an address of the network has one")
    }
    receiver = try CopyReceiver(address, clock: clock)
    do {
      socket = try CopySender.accept(listener, poller)
      try poller.watch(socket, token: 0)
    } catch {
      receiver.stop()
      throw error
    }
    self.clock = clock
    self.deadline = deadline
    self.isCancelled = isCancelled
  }

  /// Sends the regions and waits until they have arrived.
  func send(
    _ regions: FileRegions, _ strategy: CopyStrategy, _ metrics: DeliveryMetrics
  ) throws(CopyRun.Failure) -> (nanoseconds: UInt64, usage: ThreadUsage) {
    let start = clock.monotonicTime()
    let before = ThreadUsage.now()
    let delivery = FileDelivery(regions, strategy: strategy, metrics: metrics, start: start)
    receiver.expect(delivery.remaining)
    try drive(delivery)
    let usage = ThreadUsage.now() - before
    guard let end = receiver.end(by: deadline) else {
      throw clock.monotonicTime() >= deadline ? .outOfTime : .broken
    }
    return (end.nanoseconds(since: start), usage)
  }

  /// Ends the connection.
  func stop() {
    socket.close()
    receiver.stop()
  }

  /// What an event loop does with a delivery, without other connections between its turns.
  private func drive(_ delivery: FileDelivery) throws(CopyRun.Failure) {
    while true {
      if isCancelled() { throw .cancelled }
      if clock.monotonicTime() >= deadline { throw .outOfTime }
      switch delivery.send(head: nil, on: socket, using: buffers) {
      case .done: return delivery.finish(at: clock.monotonicTime())
      case .yielded: continue
      case .blocked: poller.wait(milliseconds: CopySender.waitMilliseconds) { _ in }
      case .cold:
        guard let (stored, extent) = delivery.coldStretch,
          let file = PageWarmer.bringIn(stored, extent, using: buffers)
        else { throw .broken }
        delivery.hold(file, warmedEnd: extent.upperBound)
      case .broken: throw .broken
      }
    }
  }

  /// The connection is complete, but may not have come up to the listener yet.
  private static func accept(
    _ listener: Listener, _ poller: Poller
  ) throws(SystemError) -> StreamSocket {
    try poller.watch(listener, token: 1)
    defer { poller.forget(listener) }
    for _ in 0..<acceptsMax {
      if case .connection(let socket) = listener.accept() { return socket }
      poller.wait(milliseconds: waitMilliseconds) { _ in }
    }
    throw SystemError(code: 110, operation: "accept", subject: listener.address.description)
  }
}
