import HTTP
import HTTPServer
import Metrics
import Platform
import Support

/// A server on a port of the system's choice that answers as a test says. Drains when it goes.
final class RunningServer {
  let registry = MetricsRegistry()
  private let server: HTTPServer
  private var hasDrained = false

  init(
    loops: Int = 1, configure: (inout ServerConfiguration) -> Void = { _ in },
    _ answer: @escaping @Sendable (Exchange) -> Void
  ) throws {
    var configuration = ServerConfiguration(
      addresses: [.network(SocketAddress(host: "127.0.0.1", port: 0))], loopCount: loops)
    configure(&configuration)
    server = try HTTPServer(
      configuration, clock: SystemClock(), metrics: HTTPMetrics(registry),
      deliveryMetrics: DeliveryMetrics(registry)
    ) { ScriptedHandler(answer) }
  }

  deinit { drain() }

  func drain() {
    if !hasDrained { server.drain() }
    hasDrained = true
  }

  var port: UInt16 { server.addresses[0].network?.port ?? 0 }

  func connect(receiveBufferBytes: Int? = nil) throws -> RawConnection {
    try RawConnection(port: port, receiveBufferBytes: receiveBufferBytes)
  }

  /// Sends a request and reads its answer, on a connection of its own.
  func get(_ path: String, _ fields: String = "") throws -> HTTPResponse {
    let connection = try connect()
    try connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
    return try connection.readResponse()
  }
}

extension Exchange {
  /// Answers 200 with a text.
  func respond(text: String) {
    let body = ByteBuffer()
    body.append(text)
    respond(ResponseHead(.ok), body: body)
  }
}
