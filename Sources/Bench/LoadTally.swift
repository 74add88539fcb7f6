/// What one thread of a load has done.
struct LoadTally: Sendable {
  var requests = 0
  var records = 0
  var bytes = 0
  var latency = LatencyRecord()

  mutating func add(_ other: LoadTally) {
    requests += other.requests
    records += other.records
    bytes += other.bytes
    latency.add(other.latency)
  }

  static func sum(_ tallies: [LoadTally]) -> LoadTally {
    tallies.reduce(into: LoadTally()) { $0.add($1) }
  }
}
