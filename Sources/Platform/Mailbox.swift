import Glibc

/// A many-to-one queue of messages: any thread posts, one thread takes everything at once.
///
/// Two arrays change places under the lock: one fills while the other is worked through, so a busy
/// owner takes a whole group for the price of one.
public final class Mailbox<Message: Sendable>: @unchecked Sendable {
  private struct State {
    var waiting: [Message] = []
    var closed = false
    var ownerSleeps = false
  }

  private let state = Lock(State())
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  /// An empty mailbox.
  public init() {
    condition = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    let result = pthread_cond_init(condition, &attributes)
    precondition(result == 0, "pthread_cond_init failed")
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  /// Puts a message in; false when the mailbox is closed and the message was not taken.
  @discardableResult
  public func post(_ message: Message) -> Bool {
    let (taken, wake) = state.withLock { state in
      if state.closed { return (false, false) }
      state.waiting.append(message)
      let wake = state.ownerSleeps
      state.ownerSleeps = false
      return (true, wake)
    }
    if wake { pthread_cond_signal(condition) }
    return taken
  }

  /// Puts a message in without waking the owner: `wakeOwner` must follow soon. For senders who have
  /// several.
  @discardableResult
  public func postQuietly(_ message: Message) -> Bool {
    state.withLock { state in
      if state.closed { return false }
      state.waiting.append(message)
      return true
    }
  }

  /// Wakes the owner if it sleeps although there are messages.
  public func wakeOwner() {
    let wake = state.withLock { state in
      guard state.ownerSleeps, !state.waiting.isEmpty else { return false }
      state.ownerSleeps = false
      return true
    }
    if wake { pthread_cond_signal(condition) }
  }

  /// Takes no more messages; the owner still gets those that are in.
  public func close() {
    state.withLock { $0.closed = true }
    pthread_cond_broadcast(condition)
  }

  /// Takes no more messages, unless some are in; false then.
  public func closeIfEmpty() -> Bool {
    state.withLock { state in
      if state.waiting.isEmpty { state.closed = true }
      return state.closed
    }
  }

  /// Waits until there are messages, the deadline passes or the mailbox is closed, and swaps what
  /// waits into `batch`, which is emptied first.
  ///
  /// - Returns: false once the mailbox is closed and empty.
  public func take(into batch: inout [Message], until deadline: MonotonicTime?) -> Bool {
    batch.removeAll(keepingCapacity: true)
    let open: Bool? = state.wait(on: condition, until: deadline) { state in
      if !state.waiting.isEmpty {
        swap(&state.waiting, &batch)
        state.ownerSleeps = false
        return true
      }
      if state.closed { return false }
      state.ownerSleeps = true
      return nil
    }
    return open ?? true
  }

  /// Swaps what waits into `batch`, which is emptied first; it may be nothing.
  public func takeWaiting(into batch: inout [Message]) {
    batch.removeAll(keepingCapacity: true)
    state.withLock { swap(&$0.waiting, &batch) }
  }
}
