import Support

/// A request to a `Fixture`, and the status of openapi.yaml that it gets.
struct StatusCase: Sendable {
  let operation: String
  let status: Int
  let code: String?
  let send: @Sendable (Fixture) throws -> HTTPResponse

  init(
    _ operation: String, _ status: Int, _ code: String? = nil,
    _ send: @escaping @Sendable (Fixture) throws -> HTTPResponse
  ) {
    (self.operation, self.status, self.code, self.send) = (operation, status, code, send)
  }

  static let all =
    server + topics + changes + partitions + segments + produce + consume + keys + values + groups
    + scheduled + leases + places + deadLetters + streams + comparisons
    + transactions

  /// Statuses that the real program cannot be made to give from outside; other tests hold them.
  static let excused = [
    "getReadiness 503": "LifeTests",
    "createTopic 503": "needs a failing disk", "createTopic 507": "FullDiskTests",
    "changeTopic 503": "needs a failing disk", "changeTopic 507": "needs a full disk",
    "deleteTopic 503": "needs a failing disk",
    "truncatePartition 503": "needs a failing disk", "truncatePartition 507": "needs a full disk",
    "produce 207": "FullDiskTests", "produce 429": "LimitTests",
    "produce 503": "needs a failing disk", "produce 507": "FullDiskTests",
    "consume 429": "LimitTests", "consume 500": "CorruptionTests",
    "findByKey 429": "KeyTests", "findByKey 500": "CorruptionTests",
    "getRecord 500": "CorruptionTests", "getValue 500": "CorruptionTests",
    "getEvents 429": "EventTests", "getEvents 503": "LifeTests",
    "consume 503": "LifeTests",
    "compareCopies 503": "needs a machine that is too slow, or without descriptors",
    "compareCopies 500": "needs a connection of the machine to itself that breaks",
  ].merging(excusedOfGroups) { first, _ in first }
    .merging(excusedOfScheduled) { first, _ in first }
    .merging(excusedOfTransactions) { first, _ in first }

  /// A head that announces more than any body may have; the server need not see it to refuse it.
  static func announce(_ method: String, _ path: String)
    -> @Sendable (Fixture) throws -> HTTPResponse
  {
    { fixture in
      let connection = try fixture.server.connect()
      try connection.send(
        "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Content-Length: 1000000000\r\n\r\n")
      return try connection.readResponse()
    }
  }

  static func get(
    _ path: String, _ headers: [String: String] = [:]
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { try $0.client.get(path, headers) }
  }

  static func post(
    _ path: String, _ body: String, _ type: String = "application/json"
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { try $0.client.post(path, body, type: type) }
  }

  static func put(
    _ path: String, _ body: String = ""
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { try $0.client.put(path, body) }
  }

  static func patch(
    _ path: String, _ body: String
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { try $0.client.patch(path, body) }
  }

  static func delete(_ path: String) -> @Sendable (Fixture) throws -> HTTPResponse {
    { try $0.client.delete(path) }
  }

  /// A record of a producer that numbers its requests.
  static func number(
    _ fields: [String: String]
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { try $0.client.post("/v1/topics/numbered/records", "x", type: "text/plain", fields) }
  }

  /// GET with the entity tag that the path has at present.
  static func revalidate(_ path: String) -> @Sendable (Fixture) throws -> HTTPResponse {
    { fixture in
      let tag = try fixture.client.get(path)["ETag"] ?? ""
      return try fixture.client.get(path, ["If-None-Match": tag])
    }
  }

  static let server = [
    StatusCase("getStatusPage", 200, nil, get("/")),
    StatusCase("getStatusPage", 304, nil, revalidate("/")),
    StatusCase("getAsset", 200, nil, get("/assets/grafana.json")),
    StatusCase("getAsset", 304, nil, revalidate("/assets/app.js")),
    StatusCase("getAsset", 404, "not_found", get("/assets/none.js")),
    StatusCase("getInterface", 200, nil, get("/openapi.yaml")),
    StatusCase("getHealth", 200, nil, get("/healthz")),
    StatusCase("getReadiness", 200, nil, get("/readyz")),
    StatusCase("getMetrics", 200, nil, get("/metrics")),
    StatusCase("getMetrics", 406, "not_acceptable", get("/metrics", ["Accept": "image/png"])),
    StatusCase("getStatus", 200, nil, get("/v1/status")),
    StatusCase("listTopics", 200, nil, get("/v1/topics")),
    StatusCase("listTopics", 400, "invalid_parameter", get("/v1/topics?limit=0")),
    StatusCase("listTopics", 406, "not_acceptable", get("/v1/topics", ["Accept": "text/html"])),
    StatusCase("getStatus", 406, "not_acceptable", get("/v1/status", ["Accept": "text/html"])),
    StatusCase("getTopic", 406, "not_acceptable", get("/v1/topics/cut", ["Accept": "a/b"])),
    StatusCase("getPartition", 406, "not_acceptable", get(Fixture.cut, ["Accept": "a/b"])),
  ]

  static let topics = [
    StatusCase("getTopic", 200, nil, get("/v1/topics/plain")),
    StatusCase("getTopic", 400, "invalid_name", get("/v1/topics/a%20b")),
    StatusCase("getTopic", 404, "topic_not_found", get("/v1/topics/none")),
    StatusCase("createTopic", 201, nil, put("/v1/topics/made", #"{"partitions":2}"#)),
    StatusCase("createTopic", 200, nil, put("/v1/topics/made", #"{"partitions":2}"#)),
    StatusCase("createTopic", 409, "topic_exists_differently", put("/v1/topics/made")),
    StatusCase(
      "createTopic", 409, "too_many_topics",
      { fixture in
        var last = HTTPResponse()
        for index in 0..<25 where last.status != 409 {
          last = try fixture.client.put("/v1/topics/many-\(index)", #"{"partitions":8}"#)
        }
        return last
      }),
    StatusCase("createTopic", 400, "invalid_name", put("/v1/topics/__own")),
    StatusCase("createTopic", 400, "malformed_json", put("/v1/topics/x", "{")),
    StatusCase("createTopic", 400, "invalid_parameter", put("/v1/topics/x", #"{"partitions":0}"#)),
    StatusCase(
      "createTopic", 400, "invalid_config",
      put("/v1/topics/x", #"{"config":{"durability":"paper"}}"#)),
    StatusCase(
      "createTopic", 400, "not_supported_yet",
      put("/v1/topics/x", #"{"config":{"compression":"zstd"}}"#)),
    StatusCase("createTopic", 413, "body_too_large", announce("PUT", "/v1/topics/x")),
    StatusCase(
      "createTopic", 415, "unsupported_media_type",
      {
        try $0.client.send(
          HTTPRequest("PUT", "/v1/topics/x", ["Content-Type": "text/xml"], body: .text("<x/>")))
      }),
    StatusCase("deleteTopic", 204, nil, delete("/v1/topics/made")),
    StatusCase("deleteTopic", 404, "topic_not_found", delete("/v1/topics/made")),
    StatusCase("deleteTopic", 400, "invalid_name", delete("/v1/topics/%2e%2e")),
  ]

  static let changes = [
    StatusCase("changeTopic", 200, nil, patch("/v1/topics/plain", #"{"partitions":2}"#)),
    StatusCase(
      "changeTopic", 400, "partitions_cannot_shrink",
      patch("/v1/topics/plain", #"{"partitions":1}"#)),
    StatusCase("changeTopic", 400, "malformed_json", patch("/v1/topics/plain", "nothing")),
    StatusCase(
      "changeTopic", 400, "invalid_config", patch("/v1/topics/plain", #"{"colour":"red"}"#)),
    StatusCase("changeTopic", 400, "invalid_name", patch("/v1/topics/a%2Fb", "{}")),
    StatusCase(
      "changeTopic", 400, "not_supported_yet",
      patch("/v1/topics/plain", #"{"config":{"compression":"gzip"}}"#)),
    StatusCase("changeTopic", 404, "topic_not_found", patch("/v1/topics/none", "{}")),
    StatusCase(
      "changeTopic", 409, "too_many_topics", patch("/v1/topics/plain", #"{"partitions":1000}"#)),
    StatusCase("changeTopic", 413, "body_too_large", announce("PATCH", "/v1/topics/plain")),
    StatusCase(
      "changeTopic", 415, "unsupported_media_type",
      {
        try $0.client.send(
          HTTPRequest(
            "PATCH", "/v1/topics/plain", ["Content-Type": "text/xml"], body: .text("<x/>")))
      }),
  ]

  static let partitions = [
    StatusCase("getPartition", 200, nil, get(Fixture.plain)),
    StatusCase("getPartition", 400, "invalid_parameter", get("/v1/topics/plain/partitions/one")),
    StatusCase("getPartition", 404, "partition_not_found", get("/v1/topics/plain/partitions/77")),
    StatusCase("getPartition", 404, "topic_not_found", get("/v1/topics/none/partitions/0")),
    StatusCase(
      "truncatePartition", 200, nil, post("\(Fixture.cut)/truncate", #"{"before_offset":1}"#)),
    StatusCase("truncatePartition", 400, "malformed_json", post("\(Fixture.cut)/truncate", "")),
    StatusCase(
      "truncatePartition", 400, "invalid_parameter", post("\(Fixture.cut)/truncate", "{}")),
    StatusCase(
      "truncatePartition", 404, "partition_not_found",
      post("/v1/topics/cut/partitions/9/truncate", #"{"before_offset":1}"#)),
    StatusCase(
      "truncatePartition", 413, "body_too_large", announce("POST", "\(Fixture.cut)/truncate")),
    StatusCase(
      "truncatePartition", 415, "unsupported_media_type",
      post("\(Fixture.cut)/truncate", "1", "text/xml")),
    StatusCase(
      "truncatePartition", 416, "offset_past_end",
      post("\(Fixture.cut)/truncate", #"{"before_offset":99}"#)),
  ]

  static let segments = [
    StatusCase("getSegment", 200, nil, get("\(Fixture.small)/segments/0")),
    StatusCase("getSegment", 206, nil, get("\(Fixture.small)/segments/0", ["Range": "bytes=1-9"])),
    StatusCase("getSegment", 304, nil, revalidate("\(Fixture.small)/segments/0")),
    StatusCase("getSegment", 400, "invalid_parameter", get("\(Fixture.small)/segments/x")),
    StatusCase("getSegment", 404, "segment_not_found", get("\(Fixture.small)/segments/1")),
    StatusCase(
      "getSegment", 416, "range_not_satisfiable",
      get("\(Fixture.small)/segments/0", ["Range": "bytes=999999-"])),
  ]

  static let produce = [
    StatusCase("produce", 200, nil, post("/v1/topics/new/records", "hello", "text/plain")),
    StatusCase("produce", 400, "malformed_json", post("/v1/topics/plain/records", "[")),
    StatusCase("produce", 400, "invalid_record", post("/v1/topics/plain/records", "[]")),
    StatusCase(
      "produce", 400, "invalid_batch",
      post(
        "/v1/topics/plain/records?partition=0", "not a batch",
        "application/vnd.kafka.recordbatch.v2"
      )),
    StatusCase("produce", 400, "invalid_parameter", post("/v1/topics/plain/records?acks=9", "{}")),
    StatusCase("produce", 400, "invalid_name", post("/v1/topics/__x/records", "{}")),
    StatusCase(
      "produce", 400, "delay_too_long",
      post("/v1/topics/plain/records", #"{"value":1,"delay":"4000d"}"#)),
    StatusCase("produce", 400, "invalid_producer", number(["Producer-Id": "1"])),
    StatusCase("produce", 200, nil, number(ProducerTests.fields(1, 0, epoch: 2))),
    StatusCase(
      "produce", 403, "producer_fenced", number(ProducerTests.fields(1, 0, epoch: 1))),
    StatusCase("produce", 409, "sequence_gap", number(ProducerTests.fields(1, 2, epoch: 2))),
    StatusCase(
      "produce", 404, "partition_not_found",
      post("/v1/topics/plain/records?partition=70", #"{"value":1}"#)),
    StatusCase(
      "produce", 413, "record_too_large",
      post("/v1/topics/tight/records", String(repeating: "x", count: 101), "text/plain")),
    StatusCase("produce", 413, "body_too_large", announce("POST", "/v1/topics/plain/records")),
    StatusCase(
      "produce", 415, "unsupported_media_type",
      post("/v1/topics/plain/records", "<x/>", "text/xml")),
  ]

  static let consume = [
    StatusCase("consume", 200, nil, get("\(Fixture.plain)/records")),
    StatusCase("consume", 400, "invalid_parameter", get("\(Fixture.plain)/records?wait=long")),
    StatusCase("consume", 404, "topic_not_found", get("/v1/topics/none/partitions/0/records")),
    StatusCase("consume", 404, "partition_not_found", get("/v1/topics/cut/partitions/1/records")),
    StatusCase(
      "consume", 406, "not_acceptable", get("\(Fixture.plain)/records", ["Accept": "image/png"])),
    StatusCase("consume", 410, "offset_too_old", get("\(Fixture.cut)/records?offset=0")),
    StatusCase("consume", 416, "offset_past_end", get("\(Fixture.cut)/records?offset=99")),
  ]

  static let keys = [
    StatusCase("findByKey", 200, nil, get("/v1/topics/plain/records?key=k")),
    StatusCase("findByKey", 400, "invalid_parameter", get("/v1/topics/plain/records")),
    StatusCase("findByKey", 404, "topic_not_found", get("/v1/topics/none/records?key=k")),
    StatusCase(
      "findByKey", 406, "not_acceptable", get("/v1/topics/plain/records?key=k", ["Accept": "a/b"])),
  ]

  static let values = [
    StatusCase("getRecord", 200, nil, get("\(Fixture.plain)/records/0")),
    StatusCase("getRecord", 400, "invalid_parameter", get("\(Fixture.plain)/records/first")),
    StatusCase("getRecord", 404, "record_not_found", get("\(Fixture.plain)/records/99")),
    StatusCase(
      "getRecord", 406, "not_acceptable", get("\(Fixture.plain)/records/0", ["Accept": "image/png"])
    ),
    StatusCase("getRecord", 410, "offset_too_old", get("\(Fixture.cut)/records/0")),
    StatusCase("getValue", 200, nil, get("\(Fixture.plain)/records/1/value")),
    StatusCase(
      "getValue", 204, nil,
      { fixture in
        _ = try fixture.client.post("/v1/topics/null/records", #"{"value":null}"#)
        return try fixture.client.get("/v1/topics/null/partitions/0/records/0/value")
      }),
    StatusCase(
      "getValue", 206, nil, get("\(Fixture.plain)/records/1/value", ["Range": "bytes=0-1"])),
    StatusCase("getValue", 304, nil, revalidate("\(Fixture.plain)/records/1/value")),
    StatusCase("getValue", 400, "invalid_parameter", get("\(Fixture.plain)/records/-1/value")),
    StatusCase("getValue", 404, "record_not_found", get("\(Fixture.plain)/records/99/value")),
    StatusCase("getValue", 410, "offset_too_old", get("\(Fixture.cut)/records/0/value")),
    StatusCase(
      "getValue", 416, "range_not_satisfiable",
      get("\(Fixture.plain)/records/1/value", ["Range": "bytes=10-"])),
  ]
}
