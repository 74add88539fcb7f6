import Support

/// Prepares and decides one transaction after another until the server is gone. Stays on one
/// thread.
struct TransactionProducer {
  /// What is known of a transaction.
  enum Outcome: Sendable, Hashable {
    case committed, rolledBack, left, unknownCommit, unknownRollback
  }

  /// A transaction that was prepared.
  struct Attempt: Sendable {
    var id: String
    var values: [String]
    var outcome: Outcome
    var isKnown = false
  }

  static let topics = ["debit", "credit"]

  let port: UInt16
  let name: String

  func run() -> [Attempt] {
    let client = HTTPClient(port: port)
    var attempts: [Attempt] = []
    for index in 0..<1_000_000 {
      // Now two records, now hundreds of them, in both topics and all partitions.
      let count = index % 9 == 8 ? 100 : 1
      var values: [String] = []
      var records: [String] = []
      for (place, topic) in TransactionProducer.topics.enumerated() {
        for step in 0..<count {
          let value = "\(name)/\(index)/\(place)/\(step)"
          values.append(value)
          // Some are delivered later: some of a transaction, and now and then all.
          let delay = (index + step) % 3 == 0 ? (index * 31 + step) % 300 : 0
          records.append(
            #"{"topic":"\#(topic)","partition":\#((step + index) % 2),"value":"\#(value)","#
              + #""delay":"\#(delay)ms"}"#)
        }
      }
      let body = #"{"producer_group":"bank","records":[\#(records.joined(separator: ","))]}"#
      guard let answer = try? client.post("/v1/transactions", body), answer.status == 201,
        let id = answer.json["id"].string
      else { return attempts }
      var attempt = Attempt(id: id, values: values, outcome: .left)
      guard index % 11 != 10 else {
        attempts.append(attempt)
        continue
      }
      let isCommit = index % 5 != 4
      let decided = try? client.post(
        "/v1/transactions/\(id)/\(isCommit ? "commit" : "rollback")", "")
      let isKnown = decided?.status == 200
      attempt.outcome =
        isCommit
        ? (isKnown ? .committed : .unknownCommit) : (isKnown ? .rolledBack : .unknownRollback)
      attempts.append(attempt)
      if !isKnown { return attempts }
    }
    return attempts
  }
}
