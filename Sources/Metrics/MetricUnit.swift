/// What the integers of a family count, and thereby how they are shown.
///
/// Prometheus wants base units (https://prometheus.io/docs/practices/naming/), hot paths want
/// integers: so times are kept in whole nanoseconds, microseconds or milliseconds and shown in
/// seconds.
public enum MetricUnit: Sendable {
  /// A plain number of things; no unit is shown.
  case none
  /// Bytes.
  case bytes
  /// Whole nanoseconds, shown in seconds.
  case nanoseconds
  /// Whole microseconds, shown in seconds.
  case microseconds
  /// Whole milliseconds, shown in seconds.
  case milliseconds
  /// Seconds, shown as they are.
  case seconds

  /// The word that names of the family end with, and that OpenMetrics shows in its UNIT line.
  var word: String? {
    switch self {
    case .none: nil
    case .bytes: "bytes"
    case .nanoseconds, .microseconds, .milliseconds, .seconds: "seconds"
    }
  }

  /// How many of the unit make one of what is shown.
  var divisor: Double {
    switch self {
    case .none, .bytes, .seconds: 1
    case .nanoseconds: 1e9
    case .microseconds: 1e6
    case .milliseconds: 1e3
    }
  }
}
