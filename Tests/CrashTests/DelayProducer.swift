import Support

/// Produces records that are due soon, and takes some of them back, until the server is gone. Stays
/// on one thread.
struct DelayProducer {
  let port: UInt16
  let name: String

  /// The values whose records were acknowledged, and those of records that were taken back for
  /// sure.
  func run() -> (stored: Set<String>, cancelled: Set<String>) {
    let client = HTTPClient(port: port)
    var stored: Set<String> = []
    var cancelled: Set<String> = []
    for index in 0..<1_000_000 {
      let count = index % 7 == 6 ? 300 : 1 + index % 3
      let values = (0..<count).map { "\(name)/\(index)/\($0)" }
      let lines = values.enumerated().map { place, value in
        let delay = (index * 31 + place * 17) % 400
        return #"{"value":"\#(value)","delay":"\#(delay)ms","partition":\#(place % 2)}"#
      }
      guard
        let answer = try? client.post(
          "/v1/topics/later/records?acks=\(index % 5 == 0 ? "written" : "committed")",
          lines.joined(separator: "\n"), type: "application/x-ndjson"), answer.status == 200
      else { return (stored, cancelled) }
      stored.formUnion(values)
      guard index % 4 == 0, count == 1,
        let id = answer.json["scheduled"][0]["id"].string
      else { continue }
      guard let taken = try? client.delete("/v1/scheduled/\(id)") else {
        // It may have been taken back, or not: nothing can be said of it.
        stored.subtract(values)
        return (stored, cancelled)
      }
      if taken.status == 204 { cancelled.formUnion(values) }
    }
    return (stored, cancelled)
  }
}
