/// An event of a `text/event-stream`, read as WHATWG HTML, section 9.2.6, has it.
public struct ServerSentEvent: Sendable {
  /// Its name; `message` where none is given.
  public var name = "message"
  /// Its id, if it sets one.
  public var id: String?
  /// Its data, lines joined. An event without data is never seen by a page, but its id counts.
  public var data: String?

  /// The data as JSON.
  public var json: JSONDocument { JSONDocument(Array((data ?? "").utf8)) }

  /// The whole events in a text, those without data included; what is cut off at the end is left
  /// out.
  public static func all(in text: String) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    var event = ServerSentEvent()
    var isEmpty = true
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    lines.removeLast()
    for line in lines {
      if line.isEmpty {
        if !isEmpty { events.append(event) }
        event = ServerSentEvent()
        isEmpty = true
        continue
      }
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      var value = line[colon...].dropFirst()
      if value.first == " " { value = value.dropFirst() }
      switch line[..<colon] {
      case "event": event.name = String(value)
      case "id": event.id = String(value)
      case "data": event.data = (event.data.map { $0 + "\n" } ?? "") + value
      default: continue
      }
      isEmpty = false
    }
    return events
  }
}
