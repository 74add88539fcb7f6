import Foundation
import Testing

@testable import Broker

/// Transactions do what a plain list of them would, over kills at every moment, full disks, topics
/// that go, and groups that seek.
@Suite struct TransactionModelTests {
  /// Steps of each walk.
  static let steps = number("SLUICE_MODEL_STEPS").map { Int($0) } ?? 3000
  /// Which walks; `SLUICE_MODEL_SEED` names another one.
  static let seeds: [UInt64] = number("SLUICE_MODEL_SEED").map { [$0] } ?? [1, 2, 3]

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  @Test(arguments: seeds)
  func transactionsNeverDifferFromTheirModel(seed: UInt64) throws {
    var run = try TransactionModelRun(seed: seed)
    for number in 0..<TransactionModelTests.steps {
      do {
        try run.step()
      } catch {
        let lately = run.trace.suffix(40).joined(separator: "; ")
        let reports = run.world.reports.withLock { $0 }
        Issue.record("seed \(seed), step \(number): \(error)\nlately: \(lately)\n\(reports)")
        return
      }
    }
    try run.finish()
    let seen = Set(run.counts.filter { $0.value > 0 }.keys)
    let all: Set = [
      "prepared", "committed", "rolled back", "checked", "ended by checks", "ended by age",
      "stale", "opposite", "killed", "killed in a commit", "killed in recovery", "filled",
      "finished late", "undecided by a full disk", "reopened", "snapshots", "dropped", "sought",
      "several", "delivered later", "taken back", "truncated",
    ]
    #expect(TransactionModelTests.steps < 3000 || seen.isSuperset(of: all), "\(run.counts)")
    print("transactions, seed \(seed): \(run.counts.sorted { $0.key < $1.key })")
  }
}
