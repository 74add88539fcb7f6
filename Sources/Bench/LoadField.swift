import Platform

/// A topic made for one load, on a server of one's own or somebody's; the topic goes with it.
final class LoadField {
  let target: LoadTarget
  let topic: String
  private let own: OwnServer?

  init(_ options: LoadOptions, topic: String) throws(BenchError) {
    if let target = options.target {
      (self.target, own) = (target, nil)
    } else {
      let server = try OwnServer(in: options.directory, flags: [])
      (target, own) = (server.target, server)
    }
    self.topic = topic
    let connection = try LoadConnection(target)
    _ = try connection.exchange(target.request("DELETE", "/v1/topics/\(topic)"), body: ByteBuffer())
    try connection.require(
      target.request(
        "PUT", "/v1/topics/\(topic)",
        json: """
          {"partitions":\(options.partitions),"config":{"durability":"\(options.durability)"}}
          """), "PUT /v1/topics/\(topic)")
  }

  deinit {
    let request = target.request("DELETE", "/v1/topics/\(topic)")
    _ = try? LoadConnection(target).exchange(request, body: ByteBuffer())
  }

  /// Runs a load on so many threads; gives its records of time, its length in seconds and what it
  /// cost the server.
  func measure<Outcome: Sendable>(
    _ threads: Int, _ progress: Progress, _ what: String,
    _ body: @escaping @Sendable (Int) throws(BenchError) -> Outcome
  ) throws(BenchError) -> (outcomes: [Outcome], seconds: Double, cost: ServerCost) {
    progress.begin(what)
    let before = try MetricsReading(target)
    let clock = SystemClock()
    let start = clock.monotonicTime()
    let outcomes = try Workers.run(threads, body)
    let seconds = Double(clock.monotonicTime().nanoseconds(since: start)) / 1e9
    let cost = ServerCost(from: before, to: try MetricsReading(target))
    progress.step()
    progress.clear()
    return (outcomes, seconds, cost)
  }
}
