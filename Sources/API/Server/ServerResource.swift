import CAssets
import HTTP
import HTTPServer
import Metrics
import Platform

/// Health, readiness, metrics, and the interface's description.
enum ServerResource {
  /// Rendered once: health is asked for more often than anything else.
  private static let healthHead = {
    var head = ResponseHead(.ok)
    head.add("Content-Type", "application/json")
    return head
  }()

  @Sendable static func health(_ call: Call) throws(Problem) {
    let body: StaticString = "{\"status\":\"up\"}\n"
    call.exchange.respond(
      call.identified(healthHead),
      bytes: UnsafeRawBufferPointer(start: body.utf8Start, count: body.utf8CodeUnitCount))
  }

  @Sendable static func readiness(_ call: Call) throws(Problem) {
    if let problem = unreadiness(call.service) {
      // What it was asked for, and no failure of the request: nothing for the log.
      let (head, body) = problem.render()
      return call.respond(head, body: body)
    }
    call.respondJSON { json in
      json.beginObject()
      json.key("status")
      json.string("ready")
      json.endObject()
    }
  }

  private static func unreadiness(_ service: Service) -> Problem? {
    var problem: Problem
    switch service.phase {
    case .recovering:
      problem = Problem(.serviceUnavailable, "recovering", "The data directory is being opened.")
    case .draining:
      problem = Problem(.serviceUnavailable, "draining", "The server is stopping.")
    case .serving:
      guard let reason = service.broker?.whyOffline else { return nil }
      return Problem(
        .serviceUnavailable, "storage_offline",
        "The data directory takes no more writes: \(reason).")
    }
    problem.retryAfterSeconds = 1
    return problem
  }

  @Sendable static func metrics(_ call: Call) throws(Problem) {
    let offered: [MediaType] = [
      "text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0", "text/plain",
      "application/openmetrics-text",
    ]
    guard let chosen = call.head.preferredMediaType(among: offered) else {
      throw Problem(.notAcceptable, "not_acceptable", "Metrics come as text.")
        .with("supported", offered.prefix(2).map(\.description))
    }
    let format: ExpositionFormat =
      chosen.essence == "application/openmetrics-text" ? .openMetrics : .prometheus
    let body = ByteBuffer(capacity: 64 << 10)
    call.service.registry.render(format, into: body)
    var head = ResponseHead(.ok)
    head.add("Content-Type", format.contentType)
    call.respond(head, body: body)
  }

  @Sendable static func interface(_ call: Call) throws(Problem) {
    var head = ResponseHead(.ok)
    head.add("Content-Type", "application/yaml")
    let bytes = UnsafeRawBufferPointer(
      start: sluice_openapi_yaml(), count: sluice_openapi_yaml_size())
    call.exchange.respond(call.identified(head), bytes: bytes)
  }
}
