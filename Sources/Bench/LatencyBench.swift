import Platform

/// An open load: requests are due at a steady rate, whatever the server does, and their time counts
/// from when they were due. So a stall shows in all requests that it kept waiting, and not, as in a
/// closed load, in the one that met it (coordinated omission; Gil Tene, "How NOT to Measure
/// Latency").
public struct LatencyBench: Sendable {
  /// What is asked for.
  public enum Operation: String, CaseIterable, Sendable {
    /// One record is produced.
    case produce
    /// One record is read.
    case consume
    /// `GET /healthz`.
    case health
  }

  private struct Times: Sendable {
    var due = LatencyRecord()
    var sent = LatencyRecord()
    var late = 0
  }

  private static let percentiles = [50, 90, 99, 99.9, 99.99]

  private let options: LoadOptions
  private let operation: Operation
  private let ratePerSecond: Int

  /// A bench with so many requests a second over all connections.
  public init(_ options: LoadOptions, _ operation: Operation, ratePerSecond: Int) {
    (self.options, self.operation, self.ratePerSecond) = (options, operation, ratePerSecond)
  }

  /// Measures.
  public func run() throws(BenchError) -> Measurement {
    let field = try LoadField(options, for: "latency")
    let (target, topic) = (field.target, field.topic)
    try LoadConnection(target).require(
      target.request(
        "POST", "/v1/topics/\(topic)/records?partition=0", json: "{\"value\":\"first\"}"),
      "POST /v1/topics/\(topic)/records")
    let run = try field.measure(
      options.connections, seconds: options.seconds, Progress(steps: 1),
      "\(ratePerSecond) requests/s due"
    ) { index, meter throws(BenchError) in
      try self.work(target, self.request(target, topic), index, meter)
    }
    let times = run.outcomes.reduce(into: Times()) { sum, one in
      sum.due.add(one.due)
      sum.sent.add(one.sent)
      sum.late += one.late
    }
    let title =
      "latency of \(operation.rawValue): \(ratePerSecond) requests/s due over"
      + " \(options.connections) connections, \(times.due.count) answered in"
      + " \(FixedPoint.text(run.seconds, digits: 1)) s"
    return Measurement([report(title, times, run.cost)], plot(title, times))
  }

  private func request(_ target: LoadTarget, _ topic: String) -> ByteBuffer {
    switch operation {
    case .produce:
      let (body, _) = ProduceForm.json.body(
        records: options.recordsPerRequest, valueBytes: options.valueBytes)
      return target.request(
        "POST", "/v1/topics/\(topic)/records?acks=\(options.acknowledgement)",
        [("Content-Type", "application/json")], body: body.bytes)
    case .consume:
      return target.request(
        "GET", "/v1/topics/\(topic)/partitions/0/records?offset=0&max_records=1")
    case .health: return target.request("GET", "/healthz")
    }
  }

  /// The connections' turns are spread evenly over the time between two requests of one of them.
  private func work(
    _ target: LoadTarget, _ request: ByteBuffer, _ index: Int, _ meter: LoadMeter
  ) throws(BenchError) -> Times {
    let connection = try LoadConnection(target)
    let clock = SystemClock()
    let body = ByteBuffer()
    let pause = Mailbox<Bool>()
    var nothing: [Bool] = []
    let interval = UInt64(options.connections) * 1_000_000_000 / UInt64(ratePerSecond)
    var times = Times()
    let start = clock.monotonicTime()
    let end = start.advanced(byMilliseconds: options.seconds * 1000)
    var due = start.advanced(byNanoseconds: interval * UInt64(index) / UInt64(options.connections))
    while due < end {
      if clock.monotonicTime() < due { _ = pause.take(into: &nothing, until: due) }
      let sent = clock.monotonicTime()
      if sent.nanoseconds(since: due) > interval { times.late += 1 }
      let answer = try connection.require(request, operation.rawValue, body: body)
      let done = clock.monotonicTime()
      meter.add(records: 0, bytes: answer.bodyBytes)
      times.due.add(nanoseconds: done.nanoseconds(since: due))
      times.sent.add(nanoseconds: done.nanoseconds(since: sent))
      due = due.advanced(byNanoseconds: interval)
    }
    return times
  }

  private func report(_ title: String, _ times: Times, _ cost: ServerCost) -> Report {
    var report = Report(
      title,
      [
        .init("percentile", "percentile"), .init("from when due, ms", "due_ms", digits: 3),
        .init("from when sent, ms", "sent_ms", digits: 3),
      ])
    for percentile in LatencyBench.percentiles {
      report.rows.append([
        .text("p" + (percentile.rounded() == percentile ? "\(Int(percentile))" : "\(percentile)")),
        .number(times.due.percentile(percentile)),
        .number(times.sent.percentile(percentile)),
      ])
    }
    report.rows.append([.text("max"), .number(times.due.maximum), .number(times.sent.maximum)])
    let share = Double(times.late) / Double(max(1, times.due.count)) * 100
    let each = cost.cpuSeconds * 1e6 / Double(max(1, times.due.count))
    report.notes = [
      "\(FixedPoint.text(share, digits: 2)) % were sent more than an interval after they were due:"
        + " their waiting counts in the first column, which is corrected for coordinated omission.",
      "Server CPU: \(FixedPoint.text(each, digits: 1)) us a request.",
    ]
    return report
  }

  private func plot(_ title: String, _ times: Times) -> Plot {
    let records = [("from when due", times.due), ("from when sent", times.sent)]
    let series = records.map { name, record in
      Plot.Series(name, record.curve.map { .init(x: $0.nines, y: $0.milliseconds) })
    }
    return Plot(
      title,
      [
        Plot.Panel(
          title: "Latency by percentile",
          x: .percentiles("percentile, by 1 / (1 - percentile)", of: times.due.count),
          y: .linear("ms", upTo: max(times.due.maximum, times.sent.maximum)), series: series)
      ])
  }
}
