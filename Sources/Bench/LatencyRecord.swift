import Histogram

/// How long requests took: a histogram with three digits, from a microsecond to ten minutes.
struct LatencyRecord: Sendable {
  private static let microsecondsMax: UInt64 = 600_000_000
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
}
