import Support

/// Produces one small request after another until the server is gone. Stays on one thread.
struct CrashProducer {
  let port: UInt16
  let name: String

  /// The values that were acknowledged, with their offsets.
  func run() -> [String: Int] {
    let client = HTTPClient(port: port)
    var acknowledged: [String: Int] = [:]
    for index in 0..<1_000_000 {
      // Now one record, now a few hundred: a crash should cut batches of every size.
      let count = index % 7 == 6 ? 200 : 1 + index % 3
      let values = (0..<count).map { "\(name)/\(index)/\($0)" }
      let body = values.joined(separator: "\n")
      guard
        let answer = try? client.post("/v1/topics/t/records", body, type: "text/plain"),
        answer.status == 200, let base = answer.json["partitions"][0]["base_offset"].int
      else { return acknowledged }
      for (place, value) in values.enumerated() { acknowledged[value] = base + place }
    }
    return acknowledged
  }
}
