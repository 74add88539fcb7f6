import Platform

/// One request after the other over one connection, until the time is up.
enum ClosedLoop {
  /// - Returns: how long the requests took.
  static func run(
    _ target: LoadTarget, seconds: Int, _ request: ByteBuffer, recordsPerRequest: Int,
    bytesPerRequest: Int, _ meter: LoadMeter
  ) throws(BenchError) -> LatencyRecord {
    let connection = try LoadConnection(target)
    let clock = SystemClock()
    let body = ByteBuffer()
    var latency = LatencyRecord()
    var now = clock.monotonicTime()
    let end = now.advanced(byMilliseconds: seconds * 1000)
    while now < end {
      try connection.require(request, "the load's request", body: body)
      let after = clock.monotonicTime()
      latency.add(nanoseconds: after.nanoseconds(since: now))
      meter.add(records: recordsPerRequest, bytes: bytesPerRequest)
      now = after
    }
    return latency
  }
}
