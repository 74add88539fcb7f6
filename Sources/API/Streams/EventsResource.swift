import Broker
import HTTP
import HTTPServer
import JSON
import Platform

/// `/v1/events`: what `/v1/status` says, each second, to whoever listens.
enum EventsResource {
  @Sendable static func events(_ call: Call) throws(Problem) {
    guard call.head.preferredMediaType(among: [EventText.mediaType]) != nil else {
      throw Problem(.notAcceptable, "not_acceptable", "Events come as a stream only.")
        .with("supported", [EventText.mediaType.description])
    }
    try call.refuseWhileDraining()
    let exchange = call.exchange
    let streams = call.service.streams
    let head = call.identified(EventText.head())
    // A head alone is not a listener.
    if call.head.method == .head {
      exchange.respond(head, source: StreamHead())
      return
    }
    try streams.countIn(.status)
    let stream = StatusStream(exchange, streams)
    exchange.respond(head, stream: stream, unsentBytesMax: StatusStream.unsentBytesMax)
    let audience = call.handler.audience
    let leave = {
      audience.remove(stream)
      streams.countOut(.status)
    }
    exchange.onGone = leave
    exchange.onDrain = {
      exchange.onGone = nil
      leave()
      stream.end()
    }
    audience.add(stream)
  }

  /// Appends the event of this moment.
  static func render(_ service: Service, _ broker: Broker, into buffer: ByteBuffer) {
    EventText.append("status", to: buffer) { StatusResource.write(service, broker, to: &$0) }
  }
}
