import Platform

/// Reads a log again and again as fast as the server sends.
public struct ConsumeBench: Sendable {
  private let options: LoadOptions
  private let form: ConsumeForm
  private let logBytes: Int
  private let answerBytes: Int

  /// A bench that reads a log of so many bytes in answers of so many.
  public init(_ options: LoadOptions, form: ConsumeForm, logBytes: Int, answerBytes: Int) {
    self.options = options
    self.form = form
    self.logBytes = logBytes
    self.answerBytes = answerBytes
  }

  /// Measures.
  public func run() throws(BenchError) -> Measurement {
    let field = try LoadField(options, for: "consume")
    let progress = Progress(steps: 2)
    let records = try BenchBatches.fill(
      field.target, topic: field.topic, bytes: logBytes, valueBytes: options.valueBytes, progress)
    progress.step()
    let (target, topic) = (field.target, field.topic)
    let run = try field.measure(
      options.connections, seconds: options.seconds, progress, "reading"
    ) { index, meter throws(BenchError) in
      try self.read(target, topic, from: records / self.options.connections * index, meter)
    }
    return LoadReport.make(
      "consume: \(options.connections) connections, \(form.rawValue),"
        + " \(ByteText.text(answerBytes)) an answer, values of \(options.valueBytes) bytes", run)
  }

  private func read(
    _ target: LoadTarget, _ topic: String, from start: Int, _ meter: LoadMeter
  ) throws(BenchError) -> LatencyRecord {
    let connection = try LoadConnection(target)
    connection.widen()
    let clock = SystemClock()
    var latency = LatencyRecord()
    var offset = Int64(start)
    var now = clock.monotonicTime()
    let end = now.advanced(byMilliseconds: options.seconds * 1000)
    while now < end {
      let path =
        "/v1/topics/\(topic)/partitions/0/records?offset=\(offset)&max_bytes=\(answerBytes)"
      let answer = try connection.exchange(
        target.request("GET", path, [("Accept", form.accept)]))
      guard answer.isSuccess, let next = answer.nextOffset else {
        throw .refused(status: answer.status, request: "GET \(path)", body: "")
      }
      let after = clock.monotonicTime()
      latency.add(nanoseconds: after.nanoseconds(since: now))
      now = after
      meter.add(records: Int(next - offset), bytes: answer.bodyBytes)
      offset = next == offset ? 0 : next
    }
    return latency
  }
}
