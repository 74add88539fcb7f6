/// The table that all closed loads share.
enum LoadReport {
  static func make(
    _ title: String, _ tally: LoadTally, seconds: Double, _ cost: ServerCost, notes: [String] = []
  ) -> Report {
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
      .number(Double(tally.requests) / seconds), .number(Double(tally.records) / seconds),
      .number(Double(tally.bytes) / seconds / 1e6),
      .number(tally.latency.percentile(50)), .number(tally.latency.percentile(99)),
      .number(tally.latency.percentile(99.9)), .number(tally.latency.maximum),
      .number(cost.cpuSeconds * 1e6 / Double(max(1, tally.requests))),
      .number(cost.cpuSeconds * 1e6 / Double(max(1, tally.records))),
      .number(cost.cpuSeconds * 1e9 / Double(max(1, tally.bytes))),
    ])
    report.notes =
      notes + [
        "A closed load: each connection waits for its answer, so times say little under overload;"
          + " `sluice bench latency` is the open one."
      ]
    return report
  }
}
