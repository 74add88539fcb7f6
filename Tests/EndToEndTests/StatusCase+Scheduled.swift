import Support

/// Records that are delivered later: every operation and every status.
extension StatusCase {
  static let excusedOfScheduled = [
    "listScheduled 500": "needs a failing disk", "getScheduled 500": "needs a failing disk",
    "cancelScheduled 409": "DelayHandOverTests", "cancelScheduled 503": "needs a failing disk",
    "cancelScheduled 507": "needs a full disk",
  ]

  /// Does something with a record that waits.
  private static func waiting(
    _ send: @escaping @Sendable (HTTPClient, String) throws -> HTTPResponse
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { fixture in
      let answer = try fixture.client.post(
        "/v1/topics/later/records?delay=1h", "x", type: "text/plain")
      let id = answer.json["scheduled"][0]["id"].string ?? "none"
      return try send(fixture.client, "/v1/scheduled/\(id)")
    }
  }

  static let scheduled = [
    StatusCase("getScheduled", 200, nil, waiting { try $0.get($1) }),
    StatusCase("getScheduled", 404, "scheduled_not_found", get("/v1/scheduled/1-1")),
    StatusCase(
      "getScheduled", 406, "not_acceptable", waiting { try $0.get($1, ["Accept": "image/png"]) }),
    StatusCase("cancelScheduled", 204, nil, waiting { try $0.delete($1) }),
    StatusCase(
      "cancelScheduled", 404, "scheduled_not_found",
      { fixture in try fixture.client.delete("/v1/scheduled/1-1") }),
    StatusCase("listScheduled", 200, nil, get("/v1/scheduled?limit=5")),
    StatusCase("listScheduled", 400, "invalid_parameter", get("/v1/scheduled?limit=many")),
    StatusCase("listScheduled", 404, "topic_not_found", get("/v1/scheduled?topic=none")),
    StatusCase(
      "listScheduled", 406, "not_acceptable", get("/v1/scheduled", ["Accept": "image/png"])),
  ]
}
