import Platform

/// Takes new connections and hands them round the loops. Belongs to loop 0.
final class Acceptor {
  /// How many connections one turn takes before the loop looks at others.
  private static let perTurn = 64

  let listener: Listener
  private let loops: [LoopMailbox]
  private var next = 0

  init(_ listener: Listener, loops: [LoopMailbox]) {
    self.listener = listener
    self.loops = loops
  }

  /// Takes what waits; false if the process has no descriptor left and should rest.
  func takeWaiting(_ context: ServerContext, own: LoopMailbox, adopt: (StreamSocket) -> Void)
    -> Bool
  {
    for _ in 0..<Acceptor.perTurn {
      switch listener.accept() {
      case .none: return true
      case .exhausted: return false
      case .connection(let socket):
        context.metrics.acceptedConnections.increment()
        let loop = loops[next]
        next = (next + 1) % loops.count
        if loop === own { adopt(socket) } else { loop.send(.adopt(socket)) }
      }
    }
    return true
  }
}
