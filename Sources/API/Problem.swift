import HTTP
import JSON
import Platform

/// An error as the client sees it: `application/problem+json` (RFC 9457) with a stable `code`.
struct Problem: Error {
  /// A figure that would mend the request.
  enum Figure {
    case number(Int64)
    case text(String)
    case list([String])
  }

  let status: Status
  /// A stable word in snake case.
  let code: String
  /// A sentence about this very request.
  let detail: String
  var figures: [(name: StaticString, value: Figure)] = []
  /// Seconds after which trying again makes sense.
  var retryAfterSeconds: Int?
  /// The sequence number a producer has to go on with.
  var expectedSequence: Int?
  /// Methods that the resource does have, for 405.
  var allow: String?

  init(_ status: Status, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  func with(_ name: StaticString, _ value: Int64) -> Problem {
    var copy = self
    copy.figures.append((name, .number(value)))
    return copy
  }

  func with(_ name: StaticString, _ value: String) -> Problem {
    var copy = self
    copy.figures.append((name, .text(value)))
    return copy
  }

  func with(_ name: StaticString, _ values: [String]) -> Problem {
    var copy = self
    copy.figures.append((name, .list(values)))
    return copy
  }

  /// Head and body of the answer.
  func render() -> (head: ResponseHead, body: ByteBuffer) {
    var head = ResponseHead(status)
    head.add("Content-Type", "application/problem+json")
    if let allow { head.add("Allow", allow) }
    if let expectedSequence { head.add("Producer-Expected-Seq", expectedSequence) }
    if let retryAfterSeconds { head.add("Retry-After", retryAfterSeconds) }
    let body = ByteBuffer(capacity: 512)
    var json = JSONWriter(into: body)
    write(to: &json)
    body.append("\n")
    return (head, body)
  }

  /// The problem as one JSON object.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("type")
    json.string("about:blank")
    json.key("title")
    json.string(status.reason)
    json.key("status")
    json.number(status.code)
    json.key("code")
    json.string(code)
    json.key("detail")
    json.string(detail)
    for (name, value) in figures {
      json.key(name)
      switch value {
      case .number(let number): json.number(number)
      case .text(let text): json.string(text)
      case .list(let texts):
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
      }
    }
    json.endObject()
  }
}
