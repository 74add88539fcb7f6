import Foundation
import Testing

@testable import Broker

/// A group does what a plain list of messages would, over crashes, seeks and retention.
@Suite struct GroupModelTests {
  struct Walk: Sendable {
    var seed: UInt64
    var isOrdered = false
  }

  /// Steps of each walk.
  static let steps =
    Int(ProcessInfo.processInfo.environment["SLUICE_MODEL_STEPS"] ?? "") ?? 25_000

  @Test(arguments: [Walk(seed: 1), Walk(seed: 2), Walk(seed: 3), Walk(seed: 4, isOrdered: true)])
  func theGroupNeverDiffersFromItsModel(walk: Walk) throws {
    var config = GroupConfig()
    config.maxAttempts = 3
    config.backoffMilliseconds = [500, 2000]
    config.isOrdered = walk.isOrdered
    var run = try GroupModelRun(config, seed: walk.seed)
    for number in 0..<GroupModelTests.steps {
      do {
        try run.step()
      } catch {
        let lately = run.trace.suffix(40).joined(separator: "; ")
        Issue.record("seed \(walk.seed), step \(number): \(error)\nlately: \(lately)")
        return
      }
    }
    try run.finish()
    let seen = Set(run.counts.filter { $0.value > 0 }.keys)
    let all = Set([
      "produced", "leased", "ack", "nack", "bury", "extend", "stale", "seeks", "truncated",
      "buried", "killed", "reopened",
    ]).union(walk.isOrdered ? ["held back"] : [])
    #expect(GroupModelTests.steps < 10_000 || seen == all, "\(run.counts)")
  }
}
