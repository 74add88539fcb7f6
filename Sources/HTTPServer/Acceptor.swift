import Platform

/// Takes new connections and hands them round the loops. Belongs to loop 0.
final class Acceptor {
  /// How many connections one turn takes before the loop looks at others.
  private static let perTurn = 64
  private static let unreadBytesMax = 16 << 10

  let listener: Listener
  private let loops: [LoopMailbox]
  private var next = 0

  init(_ listener: Listener, loops: [LoopMailbox]) {
    self.listener = listener
    self.loops = loops
  }

  /// Takes what waits; false if the process has no descriptor left and should rest.
  ///
  /// - Parameters:
  ///   - keepsAll: the other loops take no more.
  ///   - refusal: the whole answer to somebody for whom there is no descriptor.
  func takeWaiting(
    _ context: ServerContext, own: LoopMailbox, keepsAll: Bool, refusal: () -> ByteBuffer,
    adopt: (StreamSocket) -> Void
  ) -> Bool {
    for _ in 0..<Acceptor.perTurn {
      switch listener.accept() {
      case .none: return true
      case .exhausted:
        guard turnAway(context, refusal()) else { return false }
      case .connection(let socket):
        context.metrics.acceptedConnections.increment()
        let loop = keepsAll ? own : loops[next]
        next = (next + 1) % loops.count
        if loop === own { adopt(socket) } else { loop.send(.adopt(socket)) }
      }
    }
    return true
  }

  /// Answers a connection for which there is no descriptor with the one that is put aside, and
  /// closes it. What the client sent is taken first, as far as it is there: closing with unread
  /// bytes would take the answer back.
  private func turnAway(_ context: ServerContext, _ refusal: ByteBuffer) -> Bool {
    defer { listener.restoreSpare() }
    guard case .connection(let socket) = listener.acceptOnSpare() else { return false }
    context.metrics.acceptedConnections.increment()
    context.metrics.refusedConnections.increment()
    _ = withUnsafeTemporaryAllocation(byteCount: Acceptor.unreadBytesMax, alignment: 1) { room in
      socket.receive(into: room)
    }
    _ = socket.send(refusal.bytes, more: false)
    socket.close()
    return true
  }
}
