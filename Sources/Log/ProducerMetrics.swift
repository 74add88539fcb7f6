import Metrics

/// What is counted of producers who number their requests, for all topics together.
public struct ProducerMetrics: Sendable {
  /// Producers remembered, once for each log that knows them.
  public let remembered: Gauge
  /// Requests that were answered as before, because they had been stored before.
  public let duplicates: Counter
  /// Requests of an epoch that a later one had fenced off.
  public let fenced: Counter
  /// Requests whose sequence number was not the next one.
  public let gaps: Counter
  /// Repeats that were refused: too old to be remembered, or not what was stored under the number.
  public let refusedRepeats: Counter
}

extension ProducerMetrics {
  /// Registers `sluice_producer_*` and `sluice_producers`.
  init(_ registry: MetricsRegistry) {
    func counter(_ name: String, _ help: String) -> Counter {
      registry.counter("sluice_producer_" + name + "_total", help: help, unit: .none)
    }
    self.init(
      remembered: registry.gauge(
        "sluice_producers", help: "Producers remembered, once for each partition.", unit: .none),
      duplicates: counter("duplicates", "Requests that had been stored before."),
      fenced: counter("fenced", "Requests of an epoch that a later one had fenced off."),
      gaps: counter("gaps", "Requests whose sequence number was not the next one."),
      refusedRepeats: counter(
        "refused_repeats", "Repeats too old to be remembered, or unlike what was stored."))
  }
}
