import Support

/// Something that no client should send, and what it gets.
struct MalformedCase: Sendable {
  let status: Int
  let code: String
  let bytes: [UInt8]

  private init(_ status: Int, _ code: String, _ bytes: [UInt8]) {
    (self.status, self.code, self.bytes) = (status, code, bytes)
  }

  /// The bytes of a request as they stand, with CRLF for every line feed.
  static func raw(_ status: Int, _ code: String, _ text: String) -> MalformedCase {
    MalformedCase(status, code, Array(text.replacing("\n", with: "\r\n").utf8))
  }

  /// A request without a body.
  static func get(_ status: Int, _ code: String, _ target: String) -> MalformedCase {
    raw(status, code, "GET \(target) HTTP/1.1\nHost: localhost\n\n")
  }

  /// A request with a body.
  static func send(
    _ status: Int, _ code: String, _ target: String, _ body: [UInt8],
    type: String = "application/json", method: String = "POST"
  ) -> MalformedCase {
    let head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n"
    let length = "Content-Length: \(body.count)\r\n\r\n"
    return MalformedCase(status, code, Array((head + length).utf8) + body)
  }

  /// A record to store, as JSON.
  private static func record(_ code: String, _ body: String, _ query: String = "") -> MalformedCase
  {
    send(400, code, "/v1/topics/plain/records" + query, Array(body.utf8))
  }

  /// Record batches to store.
  private static func batch(
    _ bytes: [UInt8], _ query: String = "?partition=0", code: String = "invalid_batch"
  ) -> MalformedCase {
    let type = "application/vnd.kafka.recordbatch.v2"
    return send(400, code, "/v1/topics/plain/records" + query, bytes, type: type)
  }

  private static func consume(_ query: String) -> MalformedCase {
    get(400, "invalid_parameter", "/v1/topics/plain/partitions/0/records?" + query)
  }

  private static func topic(_ code: String, _ body: String, method: String = "PUT") -> MalformedCase
  {
    send(
      400, code, "/v1/topics/\(method == "PUT" ? "x" : "plain")", Array(body.utf8), method: method)
  }

  static let all =
    heads + chunks + targets + parameters + documents + records + lines + batches
    + groups + groupBodies + streams + comparisons + transactions

  static let heads = [
    raw(400, "malformed_request", "GET\n\n"),
    raw(400, "malformed_request", "GET /\n\n"),
    raw(400, "malformed_request", "GET  / HTTP/1.1\nHost: localhost\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1 \nHost: localhost\n\n"),
    raw(400, "malformed_request", "GET / http/1.1\nHost: localhost\n\n"),
    raw(400, "malformed_request", "G{T / HTTP/1.1\nHost: localhost\n\n"),
    raw(505, "version_unsupported", "GET / HTTP/2.0\nHost: localhost\n\n"),
    raw(501, "method_unsupported", "CONNECT localhost:1 HTTP/1.1\nHost: localhost\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\nHost: a b\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\nHost: localhost\nHost: localhost\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\nHost : localhost\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\nHost: localhost\nX: a\n b\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\nHost: localhost\nX: a\u{1}b\n\n"),
    raw(400, "malformed_request", "GET / HTTP/1.1\nHost: localhost\nno colon\n\n"),
    MalformedCase(
      400, "malformed_request", Array("GET / HTTP/1.1\nHost: localhost\n\n".utf8)),
    raw(400, "malformed_request", "POST / HTTP/1.1\nHost: localhost\nContent-Length: 1x\n\n"),
    raw(400, "malformed_request", "POST / HTTP/1.1\nHost: localhost\nContent-Length: -1\n\n"),
    raw(
      400, "malformed_request",
      "POST / HTTP/1.1\nHost: localhost\nContent-Length: 1\nContent-Length: 2\n\na"),
    raw(
      400, "malformed_request",
      "POST / HTTP/1.1\nHost: localhost\nContent-Length: 1\nTransfer-Encoding: chunked\n\n0\n\n"),
    raw(
      501, "transfer_coding_unsupported",
      "POST / HTTP/1.1\nHost: localhost\nTransfer-Encoding: gzip, chunked\n\n0\n\n"),
    raw(400, "malformed_request", "POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n0\n\n"),
    raw(
      417, "expectation_failed",
      "POST / HTTP/1.1\nHost: localhost\nContent-Length: 1\nExpect: miracles\n\na"),
    raw(431, "head_too_large", "GET / HTTP/1.1\nHost: localhost\nX: \(long(20_000))\n\n"),
    raw(431, "too_many_fields", "GET / HTTP/1.1\nHost: localhost\n\(fields(101))\n"),
    raw(414, "uri_too_long", "GET /\(long(9000)) HTTP/1.1\nHost: localhost\n\n"),
  ]

  static let chunks = [
    chunked("malformed_chunk", "x\r\n"),
    chunked("malformed_chunk", "2\r\nabc\r\n0\r\n\r\n"),
    chunked("malformed_chunk", "fffffffffffffffff\r\n"),
    chunked("malformed_chunk", "0\r\nno trailer\r\n\r\n"),
  ]

  private static func chunked(_ code: String, _ body: String) -> MalformedCase {
    let head = "POST /v1/topics/plain/records HTTP/1.1\r\nHost: localhost\r\n"
    let fields = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return MalformedCase(400, code, Array((head + fields + body).utf8))
  }

  static let targets = [
    get(400, "malformed_request", "v1"),
    get(400, "malformed_request", "/#a"),
    get(400, "malformed_request", "https://localhost/healthz"),
    get(400, "invalid_parameter", "/v1/status?x"),
    get(400, "invalid_parameter", "/v1/topics/plain?x=1"),
    get(400, "invalid_parameter", "/v1/topics/plain/partitions/0?x=1"),
    raw(
      400, "invalid_parameter", "DELETE /v1/topics/plain?dry_run=true HTTP/1.1\nHost: localhost\n\n"
    ),
    raw(
      400, "invalid_parameter", "PUT /v1/topics/plain?partitions=9 HTTP/1.1\nHost: localhost\n\n"),
    get(404, "not_found", "/v2/topics"), get(404, "not_found", "/v1/group"),
    get(404, "not_found", "/v1/events/"), get(404, "not_found", "/v1/schedule"),
    get(404, "not_found", "/v1/copy-comparison/1"),
    raw(405, "method_not_allowed", "POST /v1/events HTTP/1.1\nHost: localhost\n\n"),
    raw(405, "method_not_allowed", "DELETE /v1/copy-comparison HTTP/1.1\nHost: localhost\n\n"),
    get(400, "invalid_parameter", "/v1/topics/plain/records"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&key_base64=YQ=="),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key_base64=YQ"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&key=b"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&max_records=1001"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&max_records=0"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&before="),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&before=1,"),
    get(400, "invalid_parameter", "/v1/topics/cut/records?key=a&before=1,2"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&before=-1"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&before=9223372036854775808"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&partition=x"),
    get(404, "partition_not_found", "/v1/topics/cut/records?key=a&partition=1"),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&tag="),
    get(400, "invalid_parameter", "/v1/topics/plain/records?key=a&values=xml"),
    get(400, "malformed_query", "/v1/topics/plain/records?key=%ff"),
    get(404, "not_found", "//"),
    get(404, "not_found", "/v1/topics/plain/"),
    get(404, "not_found", "/v1/../healthz"),
    get(400, "malformed_path", "/v1/topics/%zz"),
    get(400, "malformed_path", "/v1/topics/%ff"),
    get(400, "invalid_name", "/v1/topics/%2E%2E"),
    get(400, "invalid_name", "/v1/topics/a%00b"),
    get(400, "invalid_name", "/v1/topics/a%2Fb"),
    get(400, "invalid_name", "/v1/topics/\(long(250))"),
    get(404, "topic_not_found", "/v1/topics/\(long(249))"),
    get(400, "invalid_parameter", "/v1/topics/plain/partitions/-1"),
    get(400, "invalid_parameter", "/v1/topics/plain/partitions/99999999999999999999"),
    get(404, "partition_not_found", "/v1/topics/plain/partitions/9999999999"),
    raw(405, "method_not_allowed", "PUT /healthz HTTP/1.1\nHost: localhost\n\n"),
    raw(405, "method_not_allowed", "get /healthz HTTP/1.1\nHost: localhost\n\n"),
  ]

  static let parameters = [
    get(400, "malformed_query", "/v1/topics/plain/partitions/0/records?offset=%z"),
    get(400, "malformed_query", "/v1/topics/plain/partitions/0/records?tag=%ff"),
    consume("offset=-1"), consume("offset=1.5"), consume("offset="), consume("offset=first"),
    consume("offset=99999999999999999999"), consume("offset=0&offset=1"),
    consume("offset=0&from=0"), consume("from=yesterday"), consume("wait=5"), consume("wait=-1s"),
    consume("wait=9999999999999999999d"), consume("wait=1y"), consume("max_records=0"),
    consume("max_records=x"), consume("max_bytes=0"), consume("max_bytes=-5"),
    consume("values=xml"), consume("copy=splice"), consume("tag="), consume("colour=red"),
  ]

  static let documents = [
    topic("malformed_json", "{"), topic("malformed_json", "{}{}"),
    topic("malformed_json", "{'a':1}"),
    topic("malformed_json", "{\"partitions\":01}"), topic("invalid_config", "[]"),
    topic("invalid_parameter", #"{"partitions":"1"}"#),
    topic("invalid_parameter", #"{"partitions":-1}"#),
    topic("invalid_parameter", #"{"partitions":1e9}"#),
    topic("invalid_parameter", #"{"partitions":99999}"#), topic("invalid_config", #"{"colour":1}"#),
    topic("invalid_config", #"{"config":[]}"#),
    topic("invalid_config", #"{"config":{"colour":1}}"#),
    topic("invalid_config", #"{"config":{"durability":1}}"#),
    topic("invalid_config", #"{"config":{"retention_ms":0}}"#),
    topic("invalid_config", #"{"config":{"retention_bytes":"1"}}"#),
    topic("invalid_config", #"{"config":{"segment_bytes":1}}"#),
    topic("invalid_config", #"{"config":{"segment_ms":null}}"#),
    topic("invalid_config", #"{"config":{"max_record_bytes":0}}"#),
    topic("invalid_config", #"{"config":{"compression":"rar"}}"#),
    topic("not_supported_yet", #"{"config":{"compression":"lz4"}}"#),
    topic("partitions_cannot_shrink", #"{"partitions":1}"#, method: "PATCH"),
    topic("invalid_config", #"{"config":{"segment_ms":0}}"#, method: "PATCH"),
  ]

  static let records = [
    record("malformed_json", ""), record("malformed_json", "hello"),
    record("malformed_json", #"{"value":1"#), record("malformed_json", "{\"value\":\"\u{1}\"}"),
    MalformedCase.send(
      400, "malformed_json", "/v1/topics/plain/records", [0x22, 0xFF, 0x22]),
    record("malformed_json", String(repeating: "[", count: 5000)),
    record("invalid_record", "1"), record("invalid_record", "{}"),
    record("invalid_record", #"{"key":"k"}"#), record("invalid_record", #"{"records":1}"#),
    record("invalid_record", #"{"records":[1]}"#), record("invalid_record", #"{"records":[{}]}"#),
    record("invalid_record", #"{"records":[{"value":1},{"value":1,"tag":2}]}"#),
    record("invalid_record", #"{"records":[],"more":1}"#),
    record("invalid_record", #"{"value":1,"colour":2}"#),
    record("invalid_record", #"{"value":1,"value_base64":"AA=="}"#),
    record("invalid_record", #"{"value":1,"value":2}"#),
    record("invalid_record", #"{"value_base64":"A"}"#),
    record("invalid_record", #"{"value_base64":1}"#),
    record("invalid_record", #"{"value":1,"key_base64":"*"}"#),
    record("invalid_record", #"{"value":1,"tag":""}"#),
    record("invalid_record", #"{"value":1,"headers":[]}"#),
    record("invalid_record", #"{"value":1,"headers":{"tag":"x"}}"#),
    record("invalid_record", #"{"value":1,"partition":"0"}"#),
    record("invalid_record", #"{"value":1,"partition":-1}"#),
    record("invalid_record", #"{"value":1,"timestamp":"soon"}"#),
    record("invalid_record", #"{"value":1,"timestamp":-1}"#),
    record("invalid_record", #"{"value":1,"delay":5}"#),
    record("invalid_record", #"{"value":1,"delay":"-5s"}"#),
    record("invalid_record", #"{"value":1,"delay":"5"}"#),
    record("invalid_record", #"{"value":1,"delay":"5y"}"#),
    record("invalid_record", #"{"value":1,"deliver_at":-1}"#),
    record("invalid_record", #"{"value":1,"deliver_at":"soon"}"#),
    record("invalid_record", #"{"value":1,"deliver_at":1.5}"#),
    record("invalid_record", #"{"value":1,"delay":"1s","deliver_at":0}"#),
    record("invalid_record", #"{"value":1,"delay":"1s","delay":"1s"}"#),
    record("delay_too_long", #"{"value":1,"delay":"9223372036854775807ms"}"#),
    record("delay_too_long", #"{"value":1,"deliver_at":9223372036854775807}"#),
    record("delay_too_long", #"{"value":1}"#, "?delay=4000d"),
    record("invalid_parameter", #"{"value":1}"#, "?delay=5"),
    record("invalid_parameter", #"{"value":1}"#, "?delay=5s&deliver_at=0"),
    record("invalid_parameter", #"{"value":1}"#, "?deliver_at=tomorrow"),
    get(400, "invalid_parameter", "/v1/scheduled?limit=0"),
    get(400, "invalid_parameter", "/v1/scheduled?limit=1001"),
    get(400, "invalid_parameter", "/v1/scheduled?after=x"),
    get(400, "invalid_parameter", "/v1/scheduled?colour=red"),
    get(400, "invalid_parameter", "/v1/scheduled?values=xml"),
    get(400, "invalid_name", "/v1/scheduled?topic=a%20b"),
    get(404, "scheduled_not_found", "/v1/scheduled/0"),
    get(404, "scheduled_not_found", "/v1/scheduled/0-0"),
    get(404, "scheduled_not_found", "/v1/scheduled/-1--1"),
    record("invalid_parameter", #"{"value":1}"#, "?partition=x"),
    record("invalid_parameter", #"{"value":1}"#, "?acks=all"),
    record("invalid_parameter", #"{"value":1}"#, "?tag="),
    record("invalid_parameter", #"{"value":1}"#, "?colour=red"),
    MalformedCase.send(
      404, "partition_not_found", "/v1/topics/plain/records",
      Array(#"{"records":[{"value":1},{"value":2,"partition":50}]}"#.utf8)),
    MalformedCase.send(
      413, "record_too_large", "/v1/topics/tight/records",
      Array(#"{"records":[{"value":1},{"value":"\#(long(200))"}]}"#.utf8)),
    MalformedCase.send(
      413, "record_too_large", "/v1/topics/tight/records", Array(long(200).utf8),
      type: "application/octet-stream"),
    MalformedCase.send(
      415, "unsupported_media_type", "/v1/topics/plain/records", [1], type: "image/png"),
    MalformedCase.send(
      415, "unsupported_media_type", "/v1/topics/plain/records", [1], type: "nonsense"),
  ]

  /// Bad first lines: nothing that stands before them could have been stored.
  static let lines = [
    line("malformed_json", "hello\n{\"value\":1}\n"), line("malformed_json", "{\"value\":1"),
    line("invalid_record", "1\n"), line("invalid_record", "{}\n{\"value\":1}\n"),
    MalformedCase.send(
      413, "record_too_large", "/v1/topics/tight/records", Array(long(101).utf8), type: "text/plain"
    ),
  ]

  private static func line(_ code: String, _ body: String) -> MalformedCase {
    send(400, code, "/v1/topics/plain/records", Array(body.utf8), type: "application/x-ndjson")
  }

  static let batches = [
    MalformedCase.send(
      400, "invalid_parameter", "/v1/topics/plain/records", sound,
      type: "application/vnd.kafka.recordbatch.v2"),
    batch(Array("garbage".utf8)),
    batch([UInt8](repeating: 0, count: 61)),
    batch(Array(sound.dropLast())), batch(sound + [0]),
    batch(changed(16, 1)), batch(changed(20, 0xAA)), batch(changed(sound.count - 1, 0xAA)),
    batch(changed(11, 3)), batch(rechecked(26, 9)), batch(rechecked(60, 0)),
    batch(rechecked(60, 9)),
    batch(rechecked(22, 1), code: "not_supported_yet"), batch(rechecked(22, 0x10)),
    batch(rechecked(22, 0x20)),
    batch(rechecked(61, 0x7F)), batch(rechecked(42, 9)), batch(sound + changed(20, 0xAA)),
    batch(KafkaBatch([.init([1], headers: [KafkaBatch.tag("a")]), .init([2])]).encoded),
  ]

  static let sound = KafkaBatch([.init([1, 2, 3]), .init([4])]).encoded

  /// The sound batch with one byte changed.
  private static func changed(_ position: Int, _ byte: UInt8) -> [UInt8] {
    var bytes = sound
    bytes[position] = byte
    return bytes
  }

  /// The same, with a checksum that holds.
  private static func rechecked(_ position: Int, _ byte: UInt8) -> [UInt8] {
    var bytes = changed(position, byte)
    let checksum = Castagnoli.checksum(Array(bytes[21...]))
    withUnsafeBytes(of: checksum.bigEndian) { bytes.replaceSubrange(17..<21, with: $0) }
    return bytes
  }

  private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

  private static func fields(_ count: Int) -> String {
    (0..<count).map { "X-\($0): a\n" }.joined()
  }
}
