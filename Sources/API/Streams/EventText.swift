import HTTP
import JSON
import Platform

/// Server-sent events as text (WHATWG HTML, section 9.2).
enum EventText {
  static let mediaType: MediaType = "text/event-stream"
  /// How every stream begins: a client whose connection is lost comes again after a second.
  static let beginning = Array("retry: 1000\n\n".utf8)
  /// A comment, which says that the connection stands.
  static let heartbeat = Array(": heartbeat\n\n".utf8)

  /// Appends an event whose data is the one line of JSON that `fill` writes.
  static func append(
    _ name: StaticString? = nil, id: Int64? = nil, to buffer: ByteBuffer,
    _ fill: (inout JSONWriter) -> Void
  ) {
    if let name {
      buffer.append("event: ")
      buffer.append(name)
      buffer.append("\n")
    }
    if let id { append(id: id, to: buffer) }
    buffer.append("data: ")
    var json = JSONWriter(into: buffer)
    fill(&json)
    buffer.append("\n\n")
  }

  /// Appends the id of the event that is begun.
  static func append(id: Int64, to buffer: ByteBuffer) {
    buffer.append("id: ")
    buffer.append(decimal: id)
    buffer.append("\n")
  }

  /// The head of every stream. Proxies that gather answers are asked to let this one through.
  static func head() -> ResponseHead {
    var head = ResponseHead(.ok)
    head.add("Content-Type", "text/event-stream")
    head.add("Cache-Control", "no-store")
    head.add("X-Accel-Buffering", "no")
    return head
  }
}
