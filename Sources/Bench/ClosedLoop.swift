import Platform

/// One request after the other over one connection, until the time is up.
enum ClosedLoop {
  static func run(
    _ target: LoadTarget, seconds: Int, _ request: ByteBuffer, recordsPerRequest: Int,
    bytesPerRequest: Int
  ) throws(BenchError) -> LoadTally {
    let connection = try LoadConnection(target)
    let clock = SystemClock()
    let body = ByteBuffer()
    var tally = LoadTally()
    var now = clock.monotonicTime()
    let end = now.advanced(byMilliseconds: seconds * 1000)
    while now < end {
      try connection.require(request, "the load's request", body: body)
      let after = clock.monotonicTime()
      tally.latency.add(nanoseconds: after.nanoseconds(since: now))
      tally.requests += 1
      tally.records += recordsPerRequest
      tally.bytes += bytesPerRequest
      now = after
    }
    return tally
  }
}
