import Platform

/// A group's consumers: each leases some messages, acks them, and goes on, until all are done or
/// the time is up.
public struct ReceiveBench: Sendable {
  private static let messagesPerSecondMax = 500_000

  private let options: LoadOptions

  /// A bench that receives `recordsPerRequest` messages at a time.
  public init(_ options: LoadOptions) { self.options = options }

  /// Measures.
  public func run() throws(BenchError) -> Measurement {
    let field = try LoadField(options, for: "receive")
    let target = field.target
    let progress = Progress(steps: 2)
    let connection = try LoadConnection(target)
    // The group is named for the topic, which nobody else has.
    let path = "/v1/groups/\(field.topic)"
    try fill(field, connection, progress)
    progress.step()
    let topic = field.topic
    let run = try field.measure(
      options.connections, seconds: options.seconds, progress, "receiving"
    ) { _, meter throws(BenchError) in try self.work(target, topic, meter) }
    _ = try connection.exchange(target.request("DELETE", path), body: ByteBuffer())
    guard run.count.records > 0 else { throw .nothingToMeasure("no message was received") }
    return LoadReport.make(
      "receive \(options.recordsPerRequest) + ack \(options.recordsPerRequest) as JSON:"
        + " \(options.connections) connections, \(options.partitions) partitions, values of"
        + " \(options.valueBytes) bytes, durability \(options.durability)",
      run,
      notes: ["Records are messages received and acked; a request is a receive with its ack."])
  }

  /// More messages than can be received in the time.
  private func fill(
    _ field: LoadField, _ connection: LoadConnection, _ progress: Progress
  ) throws(BenchError) {
    let wanted = options.seconds * ReceiveBench.messagesPerSecondMax
    let lines = 10_000
    let (body, _) = ProduceForm.text.body(records: lines, valueBytes: options.valueBytes)
    let request = field.target.request(
      "POST", "/v1/topics/\(field.topic)/records?acks=written", [("Content-Type", "text/plain")],
      body: body.bytes)
    var produced = 0
    progress.begin("filling \(field.topic)")
    while produced < wanted {
      progress.advance(
        to: Double(produced) / Double(wanted), "\(produced) of \(wanted) messages")
      try connection.require(request, "POST /v1/topics/\(field.topic)/records")
      produced += lines
    }
    // What was only written becomes visible at the latest with the next thing that is committed.
    for partition in 0..<options.partitions {
      try connection.require(
        field.target.request(
          "POST", "/v1/topics/\(field.topic)/records?partition=\(partition)",
          json: "{\"value\":\"first\"}"),
        "POST /v1/topics/\(field.topic)/records")
    }
  }

  private func work(
    _ target: LoadTarget, _ topic: String, _ meter: LoadMeter
  ) throws(BenchError) -> LatencyRecord {
    let connection = try LoadConnection(target)
    let receive = target.request(
      "POST", "/v1/groups/\(topic)/receive",
      json: "{\"topics\":[\"\(topic)\"],\"max_records\":\(options.recordsPerRequest)}")
    let clock = SystemClock()
    let body = ByteBuffer(capacity: 64 << 10)
    let receipts = ByteBuffer(capacity: 16 << 10)
    var latency = LatencyRecord()
    var now = clock.monotonicTime()
    let end = now.advanced(byMilliseconds: options.seconds * 1000)
    while now < end {
      let answer = try connection.require(receive, "receive", body: body)
      let count = ReceiveBench.collectReceipts(body.bytes, into: receipts)
      if count == 0 { break }
      let ack = target.request(
        "POST", "/v1/groups/\(topic)/ack", [("Content-Type", "application/json")],
        body: receipts.bytes)
      try connection.require(ack, "ack", body: body)
      let after = clock.monotonicTime()
      latency.add(nanoseconds: after.nanoseconds(since: now))
      meter.add(records: count, bytes: answer.bodyBytes)
      now = after
    }
    return latency
  }

  /// Makes an ack's body of the receipts in an answer; gives how many there are.
  private static func collectReceipts(_ answer: UnsafeRawBufferPointer, into body: ByteBuffer)
    -> Int
  {
    body.removeAll()
    body.append("{\"receipts\":[")
    let mark: StaticString = "\"receipt\":"
    var count = 0
    var position = 0
    while let found = ByteSearch.first(mark, in: answer, from: position) {
      let start = found + mark.utf8CodeUnitCount
      let rest = answer[(start + 1)...]
      guard let quote = rest.firstIndex(of: UInt8(ascii: "\"")) else { break }
      if count > 0 { body.append(UInt8(ascii: ",")) }
      body.append(UnsafeRawBufferPointer(rebasing: answer[start...quote]))
      count += 1
      position = quote + 1
    }
    body.append("]}")
    return count
  }
}
