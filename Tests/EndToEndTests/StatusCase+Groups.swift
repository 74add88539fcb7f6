import Support

/// Consumer groups: every operation and every status.
extension StatusCase {
  /// Statuses of groups that the real program cannot be made to give from outside.
  static let excusedOfGroups: [String: String] = {
    var excused = [
      "receive 429": "GroupTests", "receive 500": "CorruptionTests",
      "seek 500": "needs a failing disk", "listDeadLetters 500": "needs a failing disk",
      "redriveDeadLetters 500": "needs a failing disk",
    ]
    let writing = [
      "putGroup", "deleteGroup", "ack", "nack", "extend", "seek", "putOffset", "purgeDeadLetters",
      "redriveDeadLetters",
    ]
    for operation in writing {
      excused["\(operation) 503"] = "needs a failing disk"
      excused["\(operation) 507"] = "needs a full disk"
    }
    return excused
  }()

  private static let mailers = "/v1/groups/mailers"
  private static let queue = #"{"topics":["queue"]}"#

  /// Settles the receipts of a fresh receive, or these.
  private static func settle(_ verb: String, _ receipts: [String]? = nil)
    -> @Sendable (Fixture) throws -> HTTPResponse
  {
    { fixture in
      var receipts = receipts
      if receipts == nil {
        let answer = try fixture.client.post(
          "\(mailers)/receive", #"{"topics":["queue"],"max_records":1}"#)
        receipts = answer.json["records"].array.compactMap { $0["receipt"].string }
      }
      let list = (receipts ?? []).map { "\"\($0)\"" }.joined(separator: ",")
      return try fixture.client.post("\(mailers)/\(verb)", "{\"receipts\":[\(list)]}")
    }
  }

  /// A group too many: the server takes twenty.
  private static func oneTooMany(
    _ send: @escaping @Sendable (HTTPClient, String) throws -> HTTPResponse
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { fixture in
      for index in 0..<20 { _ = try fixture.client.put("/v1/groups/many-\(index)") }
      return try send(fixture.client, "/v1/groups/one-too-many")
    }
  }

  static let groups = [
    StatusCase("putGroup", 201, nil, put(mailers, #"{"config":{"lease":"5m"}}"#)),
    StatusCase("putGroup", 200, nil, put(mailers)),
    StatusCase("putGroup", 400, "invalid_name", put("/v1/groups/a%20b")),
    StatusCase("putGroup", 400, "malformed_json", put(mailers, "{")),
    StatusCase(
      "putGroup", 400, "invalid_config", put(mailers, #"{"config":{"max_attempts":0}}"#)),
    StatusCase("putGroup", 413, "body_too_large", announce("PUT", mailers)),
    StatusCase(
      "putGroup", 415, "unsupported_media_type",
      {
        try $0.client.send(
          HTTPRequest("PUT", mailers, ["Content-Type": "text/xml"], body: .text("<x/>")))
      }),
    StatusCase("listGroups", 200, nil, get("/v1/groups")),
    StatusCase("listGroups", 400, "invalid_parameter", get("/v1/groups?limit=many")),
    StatusCase("listGroups", 406, "not_acceptable", get("/v1/groups", ["Accept": "a/b"])),
    StatusCase("getGroup", 200, nil, get(mailers)),
    StatusCase("getGroup", 400, "invalid_name", get("/v1/groups/__own")),
    StatusCase("getGroup", 404, "group_not_found", get("/v1/groups/none")),
    StatusCase("getGroup", 406, "not_acceptable", get(mailers, ["Accept": "a/b"])),
    StatusCase("deleteGroup", 400, "invalid_name", delete("/v1/groups/%2e")),
    StatusCase("deleteGroup", 404, "group_not_found", delete("/v1/groups/none")),
    StatusCase(
      "deleteGroup", 204, nil,
      { fixture in
        _ = try fixture.client.put("/v1/groups/short")
        return try fixture.client.delete("/v1/groups/short")
      }),
  ]

  static let leases = [
    StatusCase("receive", 200, nil, post("\(mailers)/receive", queue)),
    StatusCase("receive", 400, "malformed_json", post("\(mailers)/receive", "[")),
    StatusCase("receive", 400, "invalid_parameter", post("\(mailers)/receive", "{}")),
    StatusCase("receive", 400, "invalid_name", post("/v1/groups/__own/receive", queue)),
    StatusCase(
      "receive", 404, "topic_not_found", post("\(mailers)/receive", #"{"topics":["none"]}"#)),
    StatusCase(
      "receive", 406, "not_acceptable",
      {
        try $0.client.send(
          HTTPRequest(
            "POST", "\(mailers)/receive",
            ["Content-Type": "application/json", "Accept": "image/png"], body: .text(queue)))
      }),
    StatusCase("receive", 413, "body_too_large", announce("POST", "\(mailers)/receive")),
    StatusCase(
      "receive", 415, "unsupported_media_type", post("\(mailers)/receive", "<x/>", "text/xml")),
    StatusCase("ack", 200, nil, settle("ack")),
    StatusCase("ack", 400, "malformed_json", post("\(mailers)/ack", "receipt")),
    StatusCase("ack", 400, "invalid_parameter", post("\(mailers)/ack", "{}")),
    StatusCase("ack", 404, "group_not_found", post("/v1/groups/none/ack", #"{"receipts":[]}"#)),
    StatusCase("ack", 413, "body_too_large", announce("POST", "\(mailers)/ack")),
    StatusCase("ack", 415, "unsupported_media_type", post("\(mailers)/ack", "1", "text/xml")),
    StatusCase("nack", 200, nil, settle("nack")),
    StatusCase(
      "nack", 400, "invalid_parameter", post("\(mailers)/nack", #"{"receipts":[],"delay":5}"#)),
    StatusCase("nack", 404, "group_not_found", post("/v1/groups/none/nack", #"{"receipts":[]}"#)),
    StatusCase("nack", 413, "body_too_large", announce("POST", "\(mailers)/nack")),
    StatusCase("nack", 415, "unsupported_media_type", post("\(mailers)/nack", "1", "text/xml")),
    StatusCase("extend", 200, nil, settle("extend", ["none"])),
    StatusCase(
      "extend", 400, "invalid_parameter", post("\(mailers)/extend", #"{"receipts":[],"lease":""}"#)
    ),
    StatusCase(
      "extend", 404, "group_not_found", post("/v1/groups/none/extend", #"{"receipts":[]}"#)),
    StatusCase("extend", 413, "body_too_large", announce("POST", "\(mailers)/extend")),
    StatusCase(
      "extend", 415, "unsupported_media_type", post("\(mailers)/extend", "1", "text/xml")),
  ]

  static let places = [
    StatusCase(
      "seek", 200, nil, post("\(mailers)/seek", #"{"topic":"queue","to":"earliest"}"#)),
    StatusCase("seek", 400, "malformed_json", post("\(mailers)/seek", "")),
    StatusCase(
      "seek", 400, "invalid_parameter", post("\(mailers)/seek", #"{"topic":"queue","to":"soon"}"#)),
    StatusCase(
      "seek", 404, "topic_not_found", post("\(mailers)/seek", #"{"topic":"none","to":0}"#)),
    StatusCase(
      "seek", 404, "partition_not_found",
      post("\(mailers)/seek", #"{"topic":"queue","partition":9,"to":0}"#)),
    StatusCase("seek", 410, "offset_too_old", post("\(mailers)/seek", #"{"topic":"cut","to":0}"#)),
    StatusCase("seek", 413, "body_too_large", announce("POST", "\(mailers)/seek")),
    StatusCase("seek", 415, "unsupported_media_type", post("\(mailers)/seek", "1", "text/xml")),
    StatusCase(
      "seek", 416, "offset_past_end", post("\(mailers)/seek", #"{"topic":"queue","to":99}"#)),
    StatusCase(
      "putOffset", 200, nil,
      {
        try $0.client.put(
          "\(mailers)/offsets", #"{"topic":"queue","partition":0,"next_offset":1}"#)
      }),
    StatusCase("putOffset", 400, "invalid_parameter", put("\(mailers)/offsets", "{}")),
    StatusCase(
      "putOffset", 404, "partition_not_found",
      put("\(mailers)/offsets", #"{"topic":"queue","partition":7,"next_offset":1}"#)),
    StatusCase("putOffset", 413, "body_too_large", announce("PUT", "\(mailers)/offsets")),
    StatusCase(
      "putOffset", 415, "unsupported_media_type",
      {
        try $0.client.send(
          HTTPRequest(
            "PUT", "\(mailers)/offsets", ["Content-Type": "text/xml"], body: .text("<x/>")))
      }),
    StatusCase("getOffsets", 200, nil, get("\(mailers)/offsets?topic=queue")),
    StatusCase("getOffsets", 200, nil, get("\(mailers)/offsets?topic=queue&partition=0")),
    StatusCase("getOffsets", 200, nil, get("\(mailers)/offsets")),
    StatusCase("getOffsets", 400, "invalid_parameter", get("\(mailers)/offsets?partition=0")),
    StatusCase("getOffsets", 404, "group_not_found", get("/v1/groups/none/offsets?topic=queue")),
    StatusCase(
      "getOffsets", 404, "offset_not_found", get("\(mailers)/offsets?topic=plain&partition=0")),
    StatusCase(
      "getOffsets", 406, "not_acceptable",
      get("\(mailers)/offsets?topic=queue", ["Accept": "a/b"])),
  ]

  static let deadLetters = [
    StatusCase("listDeadLetters", 200, nil, get("\(mailers)/dead-letters")),
    StatusCase(
      "listDeadLetters", 400, "invalid_parameter", get("\(mailers)/dead-letters?offset=x")),
    StatusCase("listDeadLetters", 404, "group_not_found", get("/v1/groups/none/dead-letters")),
    StatusCase(
      "listDeadLetters", 406, "not_acceptable", get("\(mailers)/dead-letters", ["Accept": "a/b"])),
    StatusCase("redriveDeadLetters", 200, nil, post("\(mailers)/dead-letters/redrive", "{}")),
    StatusCase(
      "redriveDeadLetters", 400, "invalid_parameter",
      post("\(mailers)/dead-letters/redrive", #"{"max":0}"#)),
    StatusCase(
      "redriveDeadLetters", 404, "group_not_found",
      post("/v1/groups/none/dead-letters/redrive", "{}")),
    StatusCase(
      "redriveDeadLetters", 413, "body_too_large",
      announce("POST", "\(mailers)/dead-letters/redrive")),
    StatusCase(
      "redriveDeadLetters", 415, "unsupported_media_type",
      post("\(mailers)/dead-letters/redrive", "1", "text/xml")),
    StatusCase("purgeDeadLetters", 200, nil, delete("\(mailers)/dead-letters")),
    StatusCase("purgeDeadLetters", 400, "invalid_name", delete("/v1/groups/a%20b/dead-letters")),
    StatusCase("purgeDeadLetters", 404, "group_not_found", delete("/v1/groups/none/dead-letters")),
    StatusCase("putGroup", 409, "too_many_groups", oneTooMany { try $0.put($1) }),
    StatusCase(
      "receive", 409, "too_many_groups", oneTooMany { try $0.post($1 + "/receive", queue) }),
    StatusCase(
      "seek", 409, "too_many_groups",
      oneTooMany { try $0.post($1 + "/seek", #"{"topic":"queue","to":0}"#) }),
    StatusCase(
      "putOffset", 409, "too_many_groups",
      oneTooMany {
        try $0.put($1 + "/offsets", #"{"topic":"queue","partition":0,"next_offset":1}"#)
      }),
  ]
}
