import Foundation

/// Work on a thread of its own, which may block: tests have no more threads of their own than the
/// machine has cores.
public final class Background<Result: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var outcome: Swift.Result<Result, any Error>?

  /// Begins the work at once.
  public init(_ work: @escaping @Sendable () throws -> Result) {
    let thread = Thread { [self] in
      let outcome = Swift.Result { try work() }
      condition.withLock {
        self.outcome = outcome
        condition.broadcast()
      }
    }
    thread.start()
  }

  /// True once the work is done.
  public var isDone: Bool { condition.withLock { outcome != nil } }

  /// Waits for the work to be done; throws what it threw.
  public func join() throws -> Result {
    try condition.withLock {
      while outcome == nil { condition.wait() }
      return try outcome!.get()
    }
  }
}
