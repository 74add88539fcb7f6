import Platform
import Synchronization

/// Renders the overview once a second for everybody who listens, however many they are, and hands
/// it to each loop that has listeners. While nobody listens it sleeps.
///
/// Any thread may join and leave; a thread of its own renders.
final class StatusFeed: Sendable {
  /// Takes an event; runs on the sink the listener named.
  typealias Delivery = @Sendable ([UInt8]) -> Void

  private struct Listener: Sendable {
    let number: Int
    let sink: any JobSink
    let deliver: Delivery
  }

  private enum Order: Sendable {
    case join(Listener)
    case leave(Int)
  }

  private static let periodMilliseconds = 1000

  private let orders = Mailbox<Order>()
  private let lastNumber = Atomic(0)
  private let thread = Lock<Thread?>(nil)

  /// Starts the thread.
  ///
  /// - Parameter render: appends an event, whole.
  func start(
    clock: any Clock, render: @escaping @Sendable (ByteBuffer) -> Void
  ) throws(SystemError) {
    let orders = orders
    let started = try Thread(name: "status") { StatusFeed.run(orders, clock, render) }
    thread.withLock { $0 = started }
  }

  /// Has `deliver` called on `sink`, at once with what is there and then with each event, until
  /// `leave` is called with the number that this gives.
  func join(_ sink: any JobSink, deliver: @escaping Delivery) -> Int {
    let number = lastNumber.add(1, ordering: .relaxed).newValue
    orders.post(.join(Listener(number: number, sink: sink, deliver: deliver)))
    return number
  }

  /// No more events for this listener; one may still be on its way.
  func leave(_ number: Int) { orders.post(.leave(number)) }

  /// Ends the thread.
  func stop() {
    orders.close()
    let started = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    started?.join()
  }

  private static func run(
    _ mailbox: Mailbox<Order>, _ clock: any Clock, _ render: (ByteBuffer) -> Void
  ) {
    let buffer = ByteBuffer(capacity: 4096)
    var listeners: [Listener] = []
    var orders: [Order] = []
    var latest: [UInt8] = []
    var due = clock.monotonicTime()
    while mailbox.take(into: &orders, until: listeners.isEmpty ? nil : due) {
      let isFresh = clock.monotonicTime() < due
      let wasIdle = listeners.isEmpty
      for order in orders {
        switch order {
        case .leave(let number): listeners.removeAll { $0.number == number }
        case .join(let listener):
          listeners.append(listener)
          // Who comes between two events gets the last one at once, if it is of this second.
          if isFresh { hand(latest, to: listener) }
        }
      }
      let now = clock.monotonicTime()
      guard !listeners.isEmpty, now >= due else { continue }
      buffer.removeAll()
      render(buffer)
      latest = buffer.array
      for listener in listeners { hand(latest, to: listener) }
      // One that is a little late does not put off the next.
      let next = (wasIdle ? now : due).advanced(byMilliseconds: periodMilliseconds)
      due = next > now ? next : now.advanced(byMilliseconds: periodMilliseconds)
    }
  }

  private static func hand(_ event: [UInt8], to listener: Listener) {
    let deliver = listener.deliver
    listener.sink.post([{ deliver(event) }])
  }
}
