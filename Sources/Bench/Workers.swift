import Platform

/// Threads that put load on a server, each with a connection of its own.
enum Workers {
  private static let lookMilliseconds = 100

  /// Runs `body` on so many threads and waits for all; the first failure is thrown when all have
  /// ended. Meanwhile `watch` is called every tenth of a second.
  static func run<Outcome: Sendable>(
    _ count: Int, watch: () -> Void = {},
    _ body: @escaping @Sendable (Int) throws(BenchError) -> Outcome
  ) throws(BenchError) -> [Outcome] {
    let ended = Mailbox<(index: Int, outcome: Result<Outcome, BenchError>)>()
    var threads: [Thread] = []
    var refusal: SystemError?
    for index in 0..<count {
      do {
        threads.append(
          try Thread(name: "load-\(index)") {
            let outcome: Result<Outcome, BenchError>
            do throws(BenchError) {
              outcome = .success(try body(index))
            } catch {
              outcome = .failure(error)
            }
            ended.post((index, outcome))
          })
      } catch {
        refusal = error
        break
      }
    }
    var outcomes: [Int: Result<Outcome, BenchError>] = [:]
    var batch: [(index: Int, outcome: Result<Outcome, BenchError>)] = []
    let clock = SystemClock()
    while outcomes.count < threads.count {
      let next = clock.monotonicTime().advanced(byMilliseconds: lookMilliseconds)
      _ = ended.take(into: &batch, until: next)
      for (index, outcome) in batch { outcomes[index] = outcome }
      watch()
    }
    for thread in threads { thread.join() }
    if let refusal { throw .system(refusal) }
    var found: [Outcome] = []
    for index in 0..<count { if let outcome = outcomes[index] { found.append(try outcome.get()) } }
    return found
  }
}
