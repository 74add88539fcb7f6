import Metrics

/// How many answers without an end there are, how many there may be, and what became of them. Any
/// thread may count.
final class Streams: Sendable {
  /// What goes through a stream.
  enum Kind: Int {
    /// The overview, once a second.
    case status
    /// A partition's records.
    case records
  }

  /// Events that a slow page missed.
  let droppedEvents: Counter
  /// Times that records were deleted before a slow reader had them.
  let gaps: Counter
  private let refused: Counter
  private let open: [Gauge]
  private let places: Places

  /// - Parameter limit: the most at one time.
  init(_ registry: MetricsRegistry, limit: Int) {
    places = Places(limit: limit)
    open = ["status", "records"].map { kind in
      registry.gauge(
        "sluice_streams", help: "Server-sent event streams open now.", labels: [("kind", kind)])
    }
    refused = registry.counter(
      "sluice_streams_refused_total",
      help: "Streams answered 429 because there were as many as there may be.")
    droppedEvents = registry.counter(
      "sluice_stream_dropped_events_total",
      help: "Status events that a page was too slow to take and that a newer one replaced.")
    gaps = registry.counter(
      "sluice_stream_gaps_total",
      help: "Times that records were deleted before a stream's reader had taken them.")
  }

  /// Counts a stream in, which must be counted out in the end.
  func countIn(_ kind: Kind) throws(Problem) {
    guard places.take() else {
      refused.increment()
      throw Problem.tooMany(
        "too_many_streams", "There are \(places.limit) event streams already.",
        limit: places.limit, retryAfterSeconds: 5)
    }
    open[kind.rawValue].increment()
  }

  func countOut(_ kind: Kind) {
    places.giveBack()
    open[kind.rawValue].decrement()
  }
}
