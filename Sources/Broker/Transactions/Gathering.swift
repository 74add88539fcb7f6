import Log
import Platform

/// Waits for so many outcomes, then tells the first failure, or none. Any thread may bring one.
final class Gathering: Sendable {
  private struct State {
    var missing: Int
    var failure: LogError?
  }

  private let state: Lock<State>
  private let completion: @Sendable (LogError?) -> Void

  /// With nothing to wait for, `completion` runs at once.
  init(_ count: Int, _ completion: @escaping @Sendable (LogError?) -> Void) {
    state = Lock(State(missing: count))
    self.completion = completion
    if count == 0 { completion(nil) }
  }

  func arrive(_ failure: LogError?) {
    let (isLast, first) = state.withLock { state in
      state.missing -= 1
      if state.failure == nil { state.failure = failure }
      return (state.missing == 0, state.failure)
    }
    if isLast { completion(first) }
  }

  /// The same for an outcome as groups give it.
  func arrive(_ outcome: Result<Void, BrokerError>) {
    switch outcome {
    case .success: arrive(LogError?.none)
    case .failure(let error): arrive(LogError(delaying: error))
    }
  }
}
