import Foundation
import Support
import Testing

/// A server killed while transactions are decided shows each of them whole or not at all, records
/// that are delivered later included.
@Suite struct TransactionCrashTests {
  @Test func everyTransactionIsWholeOrAbsent() throws {
    let server = try TestServer()
    let config = #"{"partitions":2,"config":{"segment_bytes":65536}}"#
    for topic in TransactionProducer.topics {
      #expect(try server.client().put("/v1/topics/\(topic)", config).status == 201)
    }
    var moments = Moments(seed: UInt64(CrashTests.seed))
    var all: [TransactionProducer.Attempt] = []
    for round in 0..<CrashTests.rounds {
      let port = server.port
      let producers = (0..<4).map { name in
        Background { TransactionProducer(port: port, name: "\(round)/\(name)").run() }
      }
      usleep(UInt32.random(in: 20_000..<300_000, using: &moments))
      try server.kill()
      for producer in producers { all += try producer.join() }
      try server.restart()
      try expectWhole(&all, server, "seed \(CrashTests.seed), round \(round)")
    }
    let outcomes = Dictionary(grouping: all, by: \.outcome).mapValues(\.count)
    #expect((outcomes[.committed] ?? 0) > CrashTests.rounds)
    #expect(try server.terminate() == 0)
    print("transactions over \(CrashTests.rounds) kills: \(outcomes)")
  }

  /// Finds out what became of each, decides those that are open, and looks for all records.
  private func expectWhole(
    _ attempts: inout [TransactionProducer.Attempt], _ server: TestServer, _ name: String
  ) throws {
    let client = server.client()
    for index in attempts.indices where !attempts[index].isKnown {
      let path = "/v1/transactions/\(attempts[index].id)"
      let state = try client.get(path).json["state"].string
      switch (attempts[index].outcome, state) {
      case (.unknownCommit, "committed"), (.committed, "committed"):
        attempts[index].outcome = .committed
      case (.unknownCommit, "prepared"):
        // Not decided yet: nothing may be there before it is.
        #expect(try stored(client, server, name)[attempts[index].values[0]] == nil, "\(name)")
        #expect(try client.post("\(path)/commit", "").status == 200, "\(name)")
        attempts[index].outcome = .committed
      case (.unknownRollback, "prepared"), (.unknownRollback, "rolled_back"),
        (.rolledBack, "rolled_back"), (.left, "prepared"):
        #expect(try client.post("\(path)/rollback", "").status == 200, "\(name)")
        attempts[index].outcome = .rolledBack
      default: Issue.record("\(name): \(attempts[index].outcome) is \(state ?? "gone")")
      }
      attempts[index].isKnown = true
    }
    // By now all is due; nothing of what is undecided or given up is among it.
    let deadline = ContinuousClock.now + .seconds(20)
    while try client.get("/v1/scheduled").json["count"].int != 0, .now < deadline { usleep(5000) }
    let stored = try stored(client, server, name)
    for attempt in attempts {
      let expected = attempt.outcome == .committed ? 1 : 0
      let counts = attempt.values.map { stored[$0] ?? 0 }
      if !counts.allSatisfy({ $0 == expected }) {
        Issue.record("\(name): \(attempt.id), \(attempt.outcome), stands \(counts)")
      }
    }
    let known = Set(attempts.filter { $0.outcome == .committed }.flatMap(\.values))
    #expect(Set(stored.keys) == known, "\(name)")
  }

  /// How often each value stands in all partitions together.
  private func stored(
    _ client: HTTPClient, _ server: TestServer, _ name: String
  ) throws -> [String: Int] {
    var found: [String: Int] = [:]
    for topic in TransactionProducer.topics {
      for partition in 0..<2 {
        let path = "/v1/topics/\(topic)/partitions/\(partition)"
        let end = try #require(client.get(path).json["high_watermark"].int)
        var next = 0
        while next < end {
          let answer = try client.get("\(path)/records?offset=\(next)", ["Accept": CrashTests.raw])
          try #require(answer.status == 200, "\(name): \(answer.text)")
          for batch in try KafkaBatch.all(in: answer.body) {
            for record in batch.records {
              found[String(decoding: record.value ?? [], as: UTF8.self), default: 0] += 1
            }
          }
          next = try #require(answer.number("Sluice-Next-Offset"))
        }
      }
    }
    return found
  }
}
