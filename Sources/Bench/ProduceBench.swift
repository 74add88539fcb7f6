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
  public func run() throws(BenchError) -> Measurement {
    let field = try LoadField(options, for: "produce")
    let (body, records) = form.body(
      records: options.recordsPerRequest, valueBytes: options.valueBytes)
    let path =
      "/v1/topics/\(field.topic)/records?acks=\(options.acknowledgement)"
      + (form == .batches ? "&partition=0" : "")
    let target = field.target
    let type = [(name: "Content-Type", value: form.contentType)]
    let seconds = options.seconds
    let bytes = body.count
    let run = try field.measure(
      options.connections, seconds: seconds, Progress(steps: 1), "producing"
    ) { _, meter throws(BenchError) in
      let (body, _) = form.body(
        records: options.recordsPerRequest, valueBytes: options.valueBytes)
      return try ClosedLoop.run(
        target, seconds: seconds, target.request("POST", path, type, body: body.bytes),
        recordsPerRequest: records, bytesPerRequest: bytes, meter)
    }
    return LoadReport.make(
      "produce: \(options.connections) connections, \(records) records a request as"
        + " \(form.rawValue), acks=\(options.acknowledgement), durability \(options.durability)",
      run)
  }
}
