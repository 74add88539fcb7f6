import HTTPServer
import Metrics
import Platform
import Synchronization

/// Runs comparisons of copies, one at a time, each on a thread of its own, and keeps the last
/// result. Any thread may ask.
final class CopyComparison: Sendable {
  private struct State {
    var isRunning = false
    var isStopped = false
    /// The thread of the last run, to be joined before the next.
    var thread: Thread?
    /// The last result, as it was answered.
    var last: [UInt8]?
    /// When the run began that it is of.
    var lastMilliseconds: Int64?
  }

  private let clock: any Clock
  private let limitMilliseconds: Int
  private let state = Lock(State())
  private let isCancelled = Atomic(false)
  private let done: Counter
  private let failed: Counter
  private let refused: Counter

  init(_ registry: MetricsRegistry, clock: any Clock, limitMilliseconds: Int) {
    self.clock = clock
    self.limitMilliseconds = limitMilliseconds
    func counter(_ outcome: String) -> Counter {
      registry.counter(
        "sluice_copy_comparisons_total",
        help: "Comparisons of copies: done, failed, or refused because one was running.",
        labels: [("outcome", outcome)])
    }
    done = counter("done")
    failed = counter("failed")
    refused = counter("refused")
  }

  /// The last result; `nil` before there is one.
  var last: [UInt8]? { state.withLock { $0.last } }

  /// When the run began that the last result is of, in milliseconds since 1970.
  var lastMilliseconds: Int64? { state.withLock { $0.lastMilliseconds } }

  /// Begins a comparison; `completion` gets the answer's body, or what went wrong, on `sink`.
  ///
  /// - Throws: when one is running.
  func begin(
    _ request: CopyComparisonRequest, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<[UInt8], Problem>) -> Void
  ) throws(Problem) {
    let regions = try request.regions()
    let started = clock.wallMilliseconds()
    let run = CopyRun(
      regions, strategies: request.strategies, rounds: request.rounds,
      milliseconds: limitMilliseconds, clock: clock)
    let subject = CopyComparisonJSON(
      topic: request.topic.name, partition: request.partition,
      bytes: regions.reduce(0) { $0 + $1.count }, rounds: request.rounds,
      startedMilliseconds: started)
    let before = try claim()
    before?.join()
    do throws(SystemError) {
      // Its end takes the lock, too: the thread is known before another one is asked for.
      try state.withLock { state throws(SystemError) in
        state.thread = try Thread(name: "copy-sender") { [self] in
          let outcome = outcome(of: run, subject)
          finish(outcome, of: started)
          sink.post([{ completion(outcome) }])
        }
      }
    } catch {
      let problem = CopyComparison.problem(.system(error), limitMilliseconds)
      finish(.failure(problem), of: started)
      throw problem
    }
  }

  /// The run under way ends as soon as it can, and no other begins.
  func cancel() {
    state.withLock { $0.isStopped = true }
    isCancelled.store(true, ordering: .relaxed)
  }

  /// Cancels, and waits for the end.
  func stop() {
    cancel()
    let thread = state.withLock { state in
      defer { state.thread = nil }
      return state.thread
    }
    thread?.join()
  }

  /// Takes the right to run, and the thread that had it before.
  private func claim() throws(Problem) -> Thread? {
    try state.withLock { state throws(Problem) in
      if state.isStopped {
        throw CopyComparison.problem(.cancelled, limitMilliseconds)
      }
      guard !state.isRunning else {
        refused.increment()
        var problem = Problem(
          .conflict, "comparison_running", "One comparison runs at a time, and one is running.")
        problem.retryAfterSeconds = 1
        throw problem
      }
      state.isRunning = true
      defer { state.thread = nil }
      return state.thread
    }
  }

  private func outcome(
    of run: CopyRun, _ subject: CopyComparisonJSON
  ) -> Result<[UInt8], Problem> {
    do throws(CopyRun.Failure) {
      let costs = try run.run { [self] in isCancelled.load(ordering: .relaxed) }
      return .success(subject.render(costs))
    } catch {
      return .failure(CopyComparison.problem(error, limitMilliseconds))
    }
  }

  private func finish(_ outcome: Result<[UInt8], Problem>, of started: Int64) {
    switch outcome {
    case .success(let body):
      done.increment()
      state.withLock { state in
        state.isRunning = false
        state.last = body
        state.lastMilliseconds = started
      }
    case .failure:
      failed.increment()
      state.withLock { $0.isRunning = false }
    }
  }

  private static func problem(_ failure: CopyRun.Failure, _ limitMilliseconds: Int) -> Problem {
    switch failure {
    case .cancelled:
      var problem = Problem(.serviceUnavailable, "draining", "The server is stopping.")
      problem.retryAfterSeconds = 1
      return problem
    case .outOfTime:
      return Problem(
        .serviceUnavailable, "comparison_timed_out",
        "The comparison took longer than it may; ask for fewer bytes or rounds."
      ).with("limit_ms", Int64(limitMilliseconds))
    case .broken:
      return Problem(
        .internalServerError, "comparison_failed",
        "The bytes could not be sent: the connection broke, or a segment is shorter than it was.")
    case .system(let error):
      return Problem(
        .serviceUnavailable, "comparison_failed", "No connection could be made: \(error).")
    }
  }
}
