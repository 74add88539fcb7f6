import Log

/// A receive that waits: woken once, by a log that grows or by messages that come back.
public final class GroupWaiter: Sendable {
  let waiter: LogWaiter
  let topics: [Topic]

  /// Has `waiter` woken when there is something in these topics.
  public init(_ waiter: LogWaiter, topics: [Topic]) {
    self.waiter = waiter
    self.topics = topics
  }
}
