import Platform

/// Threads that put load on a server, each with a connection of its own.
enum Workers {
  /// Runs `body` on so many threads and waits for all; the first failure is thrown when all have
  /// ended.
  static func run<Outcome: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws(BenchError) -> Outcome
  ) throws(BenchError) -> [Outcome] {
    let outcomes = Lock<[Int: Result<Outcome, BenchError>]>([:])
    var threads: [Thread] = []
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
            outcomes.withLock { $0[index] = outcome }
          })
      } catch {
        for thread in threads { thread.join() }
        throw .system(error)
      }
    }
    for thread in threads { thread.join() }
    let all = outcomes.withLock { $0 }
    var found: [Outcome] = []
    for index in 0..<count { if let outcome = all[index] { found.append(try outcome.get()) } }
    return found
  }
}
