/// The table and the chart that all closed loads share.
enum LoadReport {
  static func make(
    _ title: String, _ run: LoadRun<LatencyRecord>, notes: [String] = []
  ) -> Measurement {
    Measurement([table(title, run, notes)], plot(title, run.curve))
  }

  private static func table(
    _ title: String, _ run: LoadRun<LatencyRecord>, _ notes: [String]
  ) -> Report {
    let (count, seconds, cost) = (run.count, run.seconds, run.cost)
    let latency = run.outcomes.reduce(into: LatencyRecord()) { $0.add($1) }
    var report = Report(
      title,
      [
        .init("requests/s", "requests_per_second", digits: 0),
        .init("records/s", "records_per_second", digits: 0),
        .init("MB/s", "megabytes_per_second", digits: 1),
        .init("p50 ms", "p50_ms", digits: 3), .init("p99 ms", "p99_ms", digits: 3),
        .init("p99.9 ms", "p999_ms", digits: 3), .init("max ms", "max_ms", digits: 3),
        .init("server CPU us/request", "cpu_microseconds_per_request", digits: 1),
        .init("us/record", "cpu_microseconds_per_record"),
        .init("s/GB", "cpu_seconds_per_gb", digits: 3),
      ])
    report.rows.append([
      .number(Double(count.requests) / seconds), .number(Double(count.records) / seconds),
      .number(Double(count.bytes) / seconds / 1e6),
      .number(latency.percentile(50)), .number(latency.percentile(99)),
      .number(latency.percentile(99.9)), .number(latency.maximum),
      .number(cost.cpuSeconds * 1e6 / Double(max(1, count.requests))),
      .number(cost.cpuSeconds * 1e6 / Double(max(1, count.records))),
      .number(cost.cpuSeconds * 1e9 / Double(max(1, count.bytes))),
    ])
    report.notes =
      notes + [
        "A closed load: each connection waits for its answer, so times say little under overload;"
          + " `sluice bench latency` is the open one."
      ]
    return report
  }

  /// The throughput over the time of the load.
  private static func plot(_ title: String, _ curve: LoadCurve) -> Plot {
    func panel(_ name: String, _ unit: String, _ figure: KeyPath<LoadCount, Int>) -> Plot.Panel {
      let rates = curve.rates(of: figure)
      let last = curve.samples[curve.samples.count - 1].seconds
      return Plot.Panel(
        title: name, x: .linear("time, s", upTo: last, endsThere: true),
        y: .linear(unit, upTo: rates.map(\.perSecond).max() ?? 0),
        series: [Plot.Series("", rates.map { .init(x: $0.seconds, y: $0.perSecond) })])
    }
    return Plot(
      title,
      [
        panel("Records", "records/s", \.records), panel("Bytes", "B/s", \.bytes),
        panel("Requests", "requests/s", \.requests),
      ])
  }
}
