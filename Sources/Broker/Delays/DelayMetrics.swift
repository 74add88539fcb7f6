import Metrics

/// What is counted of delayed records.
public struct DelayMetrics: Sendable {
  /// Records taken in to be delivered later.
  public let scheduled: Counter
  /// Records handed over to their topics.
  public let delivered: Counter
  /// Records taken back by clients.
  public let cancelled: Counter
  /// Records that went because their topic did.
  public let dropped: Counter
  /// Records whose bytes could not be read when they were due; they wait on.
  public let unreadable: Counter
  /// Snapshots that let the journal forget.
  public let checkpoints: Counter
  /// From the time a record was due to the time it could be consumed, in nanoseconds.
  public let lag: Histogram
}

extension DelayMetrics {
  /// Registers `sluice_scheduled_*`.
  public init(_ registry: MetricsRegistry) {
    func counter(_ name: String, _ help: String) -> Counter {
      registry.counter("sluice_scheduled_" + name + "_total", help: help)
    }
    self.init(
      scheduled: counter("accepted", "Records taken in to be delivered later."),
      delivered: counter("delivered", "Delayed records handed over to their topics."),
      cancelled: counter("cancelled", "Delayed records taken back before they were due."),
      dropped: counter("dropped", "Delayed records dropped because their topic was deleted."),
      unreadable: counter(
        "unreadable", "Delayed records that could not be read when they were due; they wait on."),
      checkpoints: counter("checkpoints", "Snapshots after which the journal forgets."),
      lag: registry.histogram(
        "sluice_scheduled_lag_seconds",
        help: "From the time a record was due to the time it could be consumed.",
        unit: .nanoseconds, bounds: Histogram.latencyNanoseconds))
  }
}
