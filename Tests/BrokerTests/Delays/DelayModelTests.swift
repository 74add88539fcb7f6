import Foundation
import Testing

@testable import Broker

/// Delayed records do what a plain list would, over crashes, years and deleted topics.
@Suite struct DelayModelTests {
  /// Steps of each walk.
  static let steps =
    Int(ProcessInfo.processInfo.environment["SLUICE_MODEL_STEPS"] ?? "").map { $0 / 10 } ?? 1500

  /// Seeds, and with how many entries a bucket is split before its time.
  static let walks: [(UInt64, Int)] = [(1, DelayStore.crowdedEntriesByDefault), (2, 40), (3, 8)]

  @Test(arguments: walks)
  func delaysNeverDifferFromTheirModel(seed: UInt64, crowdedEntries: Int) throws {
    var run = try DelayModelRun(seed: seed, crowdedEntries: crowdedEntries)
    for number in 0..<DelayModelTests.steps {
      do {
        try run.step()
      } catch {
        let lately = run.trace.suffix(40).joined(separator: "; ")
        Issue.record("seed \(seed), step \(number): \(error)\nlately: \(lately)")
        return
      }
    }
    let seen = Set(run.counts.filter { $0.value > 0 }.keys)
    let all: Set = ["added", "delivered", "cancelled", "dropped", "killed", "reopened"]
    #expect(DelayModelTests.steps < 1000 || seen == all, "\(run.counts)")
  }
}
