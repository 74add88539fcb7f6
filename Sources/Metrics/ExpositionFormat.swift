/// The two text forms a scrape can have.
public enum ExpositionFormat: Sendable, CaseIterable {
  /// Prometheus text 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
  case prometheus
  /// OpenMetrics 1.0: https://prometheus.io/docs/specs/om/open_metrics_spec/
  case openMetrics

  /// What stands in the Content-Type of a scrape's answer.
  public var contentType: String {
    switch self {
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }
}
