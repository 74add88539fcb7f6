import Histogram

/// How long requests took: a histogram with three digits, from a microsecond to ten minutes.
struct LatencyRecord: Sendable {
  private static let microsecondsMax: UInt64 = 600_000_000
  private static let stepsPerHalf = 5

  private var histogram = Histogram<UInt64>(
    highestTrackableValue: LatencyRecord.microsecondsMax, numberOfSignificantValueDigits: .three)

  mutating func add(nanoseconds: UInt64) {
    histogram.record(min(LatencyRecord.microsecondsMax, max(1, nanoseconds / 1000)))
  }

  mutating func add(_ other: LatencyRecord) { histogram.add(other.histogram) }

  var count: Int { Int(histogram.totalCount) }

  /// In milliseconds.
  func percentile(_ percent: Double) -> Double {
    Double(histogram.valueAtPercentile(percent)) / 1000
  }

  /// In milliseconds.
  var maximum: Double { Double(histogram.max) / 1000 }

  /// Times by percentile, as HdrHistogram lists them: five steps each time the distance to 100 %
  /// halves, and the longest at the end. `nines` is 1 / (1 - percentile), the time in milliseconds.
  var curve: [(nines: Double, milliseconds: Double)] {
    guard count > 0 else { return [] }
    var points: [(nines: Double, milliseconds: Double)] = []
    var half = 1.0
    while half < Double(count) {
      for step in 0..<LatencyRecord.stepsPerHalf {
        // Half the rest of the way, in even steps of the percentile.
        let rest = (1 - Double(step) / Double(2 * LatencyRecord.stepsPerHalf)) / half
        guard 1 / rest < Double(count) else { break }
        points.append((1 / rest, percentile(100 * (1 - rest))))
      }
      half *= 2
    }
    return points + [(Double(count), maximum)]
  }
}
