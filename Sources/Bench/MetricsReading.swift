import Platform

/// What a server's `/metrics` said at one moment.
struct MetricsReading {
  private var values: [String: Double] = [:]

  /// Asks the server.
  init(_ target: LoadTarget) throws(BenchError) {
    let body = ByteBuffer(capacity: 64 << 10)
    try LoadConnection(target).require(
      target.request("GET", "/metrics"), "GET /metrics", body: body)
    self.init(text: body.bytes)
  }

  /// Reads Prometheus text, version 0.0.4.
  init(text: UnsafeRawBufferPointer) {
    for line in text.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
      guard let space = line.lastIndex(of: UInt8(ascii: " ")) else { continue }
      let value = String(decoding: line[line.index(after: space)...], as: UTF8.self)
      values[String(decoding: line[..<space], as: UTF8.self)] = Double(value)
    }
  }

  /// The sum of all samples of a name whose labels include these.
  func sum(_ name: String, _ labels: [(name: String, value: String)] = []) -> Double {
    values.reduce(0) { sum, sample in
      let (key, value) = sample
      guard key == name || key.hasPrefix(name + "{") else { return sum }
      let all = labels.allSatisfy { key.contains("\($0.name)=\"\($0.value)\"") }
      return all ? sum + value : sum
    }
  }

  /// True if the server counts that.
  func has(_ name: String) -> Bool {
    values.keys.contains { $0 == name || $0.hasPrefix(name + "{") }
  }
}
