import Support

/// The statuses of streams of events, and of comparisons of copies.
extension StatusCase {
  /// The beginning of an answer without an end.
  private static func listen(
    _ path: String, _ headers: [String: String] = [:]
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { fixture in
      var request = HTTPRequest("GET", path, headers)
      request.isEnough = { ServerSentEvent.all(in: $0.text).contains { $0.data != nil } }
      return try fixture.client.send(request)
    }
  }

  static let streams = [
    StatusCase("getEvents", 200, nil, listen("/v1/events")),
    StatusCase("getEvents", 400, "invalid_parameter", get("/v1/events?a=b")),
    StatusCase("getEvents", 406, "not_acceptable", get("/v1/events", ["Accept": "text/html"])),
    StatusCase(
      "consume", 200, nil, listen("\(Fixture.plain)/records", ["Accept": "text/event-stream"])),
    StatusCase(
      "consume", 400, "invalid_parameter",
      get("\(Fixture.plain)/records?wait=1s", ["Accept": "text/event-stream"])),
    StatusCase(
      "consume", 410, "offset_too_old",
      get("\(Fixture.cut)/records?offset=0", ["Accept": "text/event-stream"])),
  ]

  private static let comparison = "/v1/copy-comparison"

  static let comparisons = [
    StatusCase("getCopyComparison", 404, "no_comparison", get(comparison)),
    StatusCase("getCopyComparison", 400, "invalid_parameter", get(comparison + "?a=b")),
    StatusCase("compareCopies", 200, nil, post(comparison, #"{"topic":"small"}"#)),
    StatusCase("getCopyComparison", 200, nil, get(comparison)),
    StatusCase(
      "getCopyComparison", 406, "not_acceptable", get(comparison, ["Accept": "text/html"])),
    StatusCase("compareCopies", 400, "malformed_json", post(comparison, "{")),
    StatusCase("compareCopies", 400, "invalid_parameter", post(comparison, "{}")),
    StatusCase("compareCopies", 400, "invalid_name", post(comparison, #"{"topic":".."}"#)),
    StatusCase("compareCopies", 404, "topic_not_found", post(comparison, #"{"topic":"none"}"#)),
    StatusCase(
      "compareCopies", 404, "partition_not_found",
      post(comparison, #"{"topic":"small","partition":5}"#)),
    StatusCase(
      "compareCopies", 406, "not_acceptable",
      {
        try $0.client.send(
          HTTPRequest("POST", comparison, ["Accept": "text/html"], body: .text("{}")))
      }),
    StatusCase(
      "compareCopies", 409, "partition_empty",
      { fixture in
        _ = try fixture.client.put("/v1/topics/hollow")
        return try fixture.client.post(comparison, #"{"topic":"hollow"}"#)
      }),
    StatusCase("compareCopies", 413, "body_too_large", announce("POST", comparison)),
    StatusCase(
      "compareCopies", 415, "unsupported_media_type", post(comparison, "<x/>", "text/xml")),
  ]
}
