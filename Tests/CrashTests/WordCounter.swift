import Foundation
import Support

/// Counts words: receives lines, and hands over the counts together with the acks, until the server
/// is gone or nothing is left to do. Stays on one thread.
struct WordCounter {
  /// What a counter leaves behind.
  struct Left: Sendable {
    /// Transactions that were not committed, as far as it knows.
    var open: [String] = []
    /// Transactions that came too late: others had their lines by then.
    var stale = 0
  }

  let port: UInt16
  /// True if it ends when every line is counted.
  let isLast: Bool

  /// - Parameter late: transactions of counters that died, to be committed now.
  func run(late: [String]) -> Left {
    let client = HTTPClient(port: port)
    var left = Left()
    for id in late { guard commit(id, client, &left) else { return left } }
    for turn in 1..<1_000_000 {
      let request = #"{"topics":["lines"],"max_records":5,"wait":"100ms","values":"text"}"#
      guard let answer = try? client.post("/v1/groups/counters/receive", request),
        answer.status == 200
      else { return left }
      let lines = answer.json["records"].array
      if lines.isEmpty {
        if isLast, isDone(client) { return left }
        continue
      }
      guard let prepared = try? client.post("/v1/transactions", body(lines)) else { return left }
      guard prepared.status == 201, let id = prepared.json["id"].string else {
        left.stale += 1
        continue
      }
      // Now and then one forgets, and remembers when the server has died.
      if !isLast, turn % 7 == 0 {
        left.open.append(id)
      } else if !commit(id, client, &left) {
        return left
      }
    }
    return left
  }

  private func isDone(_ client: HTTPClient) -> Bool {
    (try? client.get("/v1/groups/counters"))?.json["lag"].int == 0
  }

  /// False if the server is gone.
  private func commit(_ id: String, _ client: HTTPClient, _ left: inout Left) -> Bool {
    guard let answer = try? client.post("/v1/transactions/\(id)/commit", "") else {
      left.open.append(id)
      return false
    }
    if answer.status == 409 { left.stale += 1 }
    return true
  }

  private func body(_ lines: [JSONDocument]) -> String {
    var counts: [String: Int] = [:]
    for line in lines {
      // By bytes, as the script does.
      for word in (line["value"].string ?? "").utf8.split(whereSeparator: { $0 == 32 || $0 == 9 }) {
        counts[String(decoding: word, as: UTF8.self), default: 0] += 1
      }
    }
    let receipts = lines.map { $0["receipt"].string ?? "" }
    let whole: [String: Any] = [
      "producer_group": "counters", "records": [["topic": "counts", "value": counts]],
      "acks": ["group": "counters", "receipts": receipts],
    ]
    let data = try? JSONSerialization.data(withJSONObject: whole)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
