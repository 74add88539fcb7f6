/// The kinds of families that Sluice exposes; the raw value is the word of the TYPE line in both
/// text forms.
public enum MetricType: String, Sendable {
  /// Only grows; its name ends with `_total`.
  case counter
  /// Goes up and down.
  case gauge
  /// Observations by bucket, with sum and count.
  case histogram
}
