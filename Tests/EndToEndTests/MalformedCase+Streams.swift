import Support

/// Bad requests for streams of events, and for comparisons of copies.
extension MalformedCase {
  private static let streamed = "/v1/topics/plain/partitions/0/records"

  /// A stream of records, with a further field or a query.
  private static func stream(
    _ status: Int, _ code: String, _ query: String = "", field: String = ""
  ) -> MalformedCase {
    raw(
      status, code,
      "GET \(streamed)\(query) HTTP/1.1\nHost: localhost\nAccept: text/event-stream\n\(field)\n")
  }

  private static func lastID(_ id: String) -> MalformedCase {
    stream(400, "invalid_parameter", field: "Last-Event-ID: \(id)\n")
  }

  static let streams = [
    lastID("x"), lastID("-1"), lastID("1.5"), lastID("1 2"), lastID("9223372036854775807"),
    lastID("99999999999999999999"), lastID("1\nLast-Event-ID: 2"),
    stream(416, "offset_past_end", field: "Last-Event-ID: 99\n"),
    stream(416, "offset_past_end", "?offset=99"),
    stream(400, "invalid_parameter", "?wait=1s"), stream(400, "invalid_parameter", "?max_bytes=9"),
    stream(400, "invalid_parameter", "?copy=read"), stream(400, "invalid_parameter", "?offset=x"),
    stream(400, "invalid_parameter", "?max_records=0"), stream(400, "invalid_parameter", "?a=b"),
    get(400, "invalid_parameter", "/v1/events?since=1"),
    raw(
      406, "not_acceptable",
      "GET /v1/events HTTP/1.1\nHost: localhost\nAccept: application/json\n\n"),
  ]

  private static func compare(_ status: Int, _ code: String, _ body: String) -> MalformedCase {
    send(status, code, "/v1/copy-comparison", Array(body.utf8))
  }

  private static func field(_ text: String) -> MalformedCase {
    compare(400, "invalid_parameter", "{\"topic\":\"plain\",\(text)}")
  }

  static let comparisons = [
    compare(400, "malformed_json", ""), compare(400, "malformed_json", "{"),
    compare(400, "invalid_parameter", "[]"), compare(400, "invalid_parameter", "{}"),
    compare(400, "invalid_parameter", #"{"topic":7}"#),
    compare(400, "invalid_name", #"{"topic":"a b"}"#),
    compare(404, "topic_not_found", #"{"topic":"none"}"#),
    compare(404, "partition_not_found", #"{"topic":"plain","partition":90}"#),
    field(#""partition":-1"#), field(#""partition":"0""#), field(#""bytes":0"#),
    field(#""bytes":-5"#), field(#""bytes":1.5"#), field(#""bytes":99999999999999"#),
    field(#""rounds":0"#), field(#""rounds":21"#), field(#""rounds":"3""#),
    field(#""strategies":[]"#), field(#""strategies":"read""#), field(#""strategies":["splice"]"#),
    field(#""strategies":["read","read"]"#), field(#""strategies":[1]"#), field(#""colour":1"#),
    get(400, "invalid_parameter", "/v1/copy-comparison?topic=plain"),
    send(
      415, "unsupported_media_type", "/v1/copy-comparison", Array("<x/>".utf8), type: "text/xml"),
  ]
}
