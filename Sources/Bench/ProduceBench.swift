import Platform

/// Produces as fast as the server answers.
public struct ProduceBench: Sendable {
  private let options: LoadOptions
  private let form: ProduceForm

  /// A bench that sends records in this form.
  public init(_ options: LoadOptions, form: ProduceForm) {
    (self.options, self.form) = (options, form)
  }

  /// Measures.
  public func run() throws(BenchError) -> Report {
    let field = try LoadField(options, topic: "bench-produce")
    let (body, records) = form.body(
      records: options.recordsPerRequest, valueBytes: options.valueBytes)
    let path =
      "/v1/topics/\(field.topic)/records?acks=\(options.acknowledgement)"
      + (form == .batches ? "&partition=0" : "")
    let target = field.target
    let type = [(name: "Content-Type", value: form.contentType)]
    let seconds = options.seconds
    let bytes = body.count
    let (tallies, took, cost) = try field.measure(
      options.connections, Progress(steps: 1), "producing for \(seconds) s"
    ) { _ throws(BenchError) in
      let (body, _) = form.body(
        records: options.recordsPerRequest, valueBytes: options.valueBytes)
      return try ClosedLoop.run(
        target, seconds: seconds, target.request("POST", path, type, body: body.bytes),
        recordsPerRequest: records, bytesPerRequest: bytes)
    }
    return LoadReport.make(
      "produce: \(options.connections) connections, \(records) records a request as"
        + " \(form.rawValue), acks=\(options.acknowledgement), durability \(options.durability)",
      .sum(tallies), seconds: took, cost)
  }
}
