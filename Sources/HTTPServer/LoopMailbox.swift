import Platform

/// The way into an event loop from other threads: orders that it carries out in its own time.
public final class LoopMailbox: JobSink {
  enum Order: Sendable {
    case run(Job)
    case deliver(any FinishedWork)
    case adopt(StreamSocket)
    case drain
    case closeListeners
  }

  private struct State {
    var orders: [Order] = []
    var ownerSleeps = false
  }

  let wakeup: Wakeup
  private let state = Lock(State())

  init() throws(SystemError) { wakeup = try Wakeup() }

  /// Takes jobs and wakes the loop if it sleeps: once, however many there are.
  public func post(_ jobs: [Job]) {
    order { orders in
      for job in jobs { orders.append(.run(job)) }
    }
  }

  /// Takes finished work, as `post` does jobs.
  public func post(finished: [any FinishedWork]) {
    order { orders in
      for work in finished { orders.append(.deliver(work)) }
    }
  }

  func send(_ order: Order) {
    self.order { $0.append(order) }
  }

  private func order(_ add: (inout [Order]) -> Void) {
    let ring = state.withLock { state in
      add(&state.orders)
      defer { state.ownerSleeps = false }
      return state.ownerSleeps
    }
    if ring { wakeup.ring() }
  }

  /// Everything ordered so far, into `orders`, which must be empty.
  func take(into orders: inout [Order]) {
    state.withLock { state in
      state.ownerSleeps = false
      swap(&state.orders, &orders)
    }
  }

  /// To be called by the loop before it sleeps; false if there is something to do instead.
  func prepareToSleep() -> Bool {
    state.withLock { state in
      state.ownerSleeps = state.orders.isEmpty
      return state.ownerSleeps
    }
  }
}
