import Platform

/// A topic made for one load, on a server of one's own or somebody's; the topic goes with it.
final class LoadField {
  let target: LoadTarget
  let topic: String
  private let own: OwnServer?

  /// - Parameter what: the load, as part of the topic's name.
  init(_ options: LoadOptions, for what: String) throws(BenchError) {
    if let target = options.target {
      (self.target, own) = (target, nil)
    } else {
      let server = try OwnServer(in: options.directory, flags: [])
      (target, own) = (server.target, server)
    }
    topic = BenchName.fresh(what)
    let connection = try LoadConnection(target)
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

  /// Runs a load on so many threads, says meanwhile how far it has come, and gives what came of it.
  ///
  /// - Parameter seconds: how long the load is to last.
  func measure<Outcome: Sendable>(
    _ threads: Int, seconds: Int, _ progress: Progress, _ what: String,
    _ body: @escaping @Sendable (Int, LoadMeter) throws(BenchError) -> Outcome
  ) throws(BenchError) -> LoadRun<Outcome> {
    progress.begin(what)
    let meter = LoadMeter()
    let before = try MetricsReading(target)
    let clock = SystemClock()
    let start = clock.monotonicTime()
    func elapsed() -> Double { Double(clock.monotonicTime().nanoseconds(since: start)) / 1e9 }
    var curve = LoadCurve(seconds: seconds)
    let watch = {
      let (now, count) = (elapsed(), meter.count)
      curve.look(now, count)
      progress.advance(
        to: now / Double(seconds),
        "\(Int(now)) of \(seconds) s, \(Int(Double(count.requests) / now)) requests/s")
    }
    let outcomes = try Workers.run(threads, watch: watch) { index throws(BenchError) in
      try body(index, meter)
    }
    let took = elapsed()
    curve.end(took, meter.count)
    let cost = ServerCost(from: before, to: try MetricsReading(target))
    progress.step()
    progress.clear()
    return LoadRun(outcomes: outcomes, seconds: took, curve: curve, cost: cost)
  }
}
