import Testing

@testable import Bench

@Suite struct LatencyRecordTests {
  @Test func theCurveGoesByHalvesOfTheWayTo100() throws {
    var record = LatencyRecord()
    for milliseconds in 1...1000 { record.add(nanoseconds: UInt64(milliseconds) * 1_000_000) }
    let curve = record.curve
    #expect(curve.first?.nines == 1)
    #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.nines < $1.nines })
    #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.milliseconds <= $1.milliseconds })
    let last = try #require(curve.last)
    #expect(last.nines == 1000 && last.milliseconds == record.maximum)
    // Half of them are below the place at 50 %, three quarters below that at 75 %.
    for (nines, expected) in [(2.0, 500.0), (4, 750), (64, 984)] {
      let point = try #require(curve.first { abs($0.nines - nines) < 1e-6 })
      #expect(abs(point.milliseconds - expected) <= 2, "\(nines): \(point)")
    }
    // Five steps a half, and the end.
    #expect((45...55).contains(curve.count), "\(curve.count)")
  }

  @Test func withoutTimesThereIsNoCurve() { #expect(LatencyRecord().curve.isEmpty) }
}
