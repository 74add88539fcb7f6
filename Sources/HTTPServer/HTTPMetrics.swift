import HTTP
import Metrics

/// What the HTTP server counts.
public struct HTTPMetrics: Sendable {
  /// Connections taken.
  public let acceptedConnections: Counter
  /// Connections refused because there were too many.
  public let refusedConnections: Counter
  /// Connections open now.
  public let openConnections: Gauge
  /// Bytes received.
  public let receivedBytes: Counter
  /// Bytes sent, heads and bodies, by whatever strategy.
  public let sentBytes: Counter
  /// From the end of a request's head to the last byte of its answer, in nanoseconds.
  public let requestDuration: Histogram
  /// Requests under way.
  public let activeRequests: Gauge
  /// Connections closed because the client was too slow.
  public let slowClients: Counter
  /// Answers by the first digit of their status, from 1 to 5.
  private let answers: [Counter]

  /// Registers the server's metrics.
  public init(_ registry: MetricsRegistry) {
    acceptedConnections = registry.counter(
      "sluice_http_connections_accepted_total", help: "Connections taken.")
    refusedConnections = registry.counter(
      "sluice_http_connections_refused_total",
      help: "Connections answered 503 because there were as many as there may be.")
    openConnections = registry.gauge(
      "sluice_http_connections", help: "Connections open now.")
    receivedBytes = registry.counter(
      "sluice_http_received_bytes_total", help: "Bytes received from clients.", unit: .bytes)
    sentBytes = registry.counter(
      "sluice_http_sent_bytes_total", help: "Bytes sent to clients, heads and bodies.", unit: .bytes
    )
    requestDuration = registry.histogram(
      "sluice_http_request_duration_seconds",
      help: "From the end of a request's head to the last byte of its answer.",
      unit: .nanoseconds, bounds: Histogram.latencyNanoseconds)
    activeRequests = registry.gauge("sluice_http_active_requests", help: "Requests under way.")
    slowClients = registry.counter(
      "sluice_http_slow_clients_total",
      help: "Connections closed because the client sent or took nothing for too long.")
    answers = (1...5).map { digit in
      registry.counter(
        "sluice_http_responses_total", help: "Answers, by the class of their status.",
        labels: [("code", "\(digit)xx")])
    }
  }

  /// Answers given so far.
  public var answerCount: UInt64 { answers.reduce(0) { $0 + $1.value } }

  func countAnswer(_ status: Status) { answers[status.code / 100 - 1].increment() }
}
