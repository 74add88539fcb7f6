import Support

/// What no client should say about transactions.
extension MalformedCase {
  private static func prepare(
    _ body: String, _ code: String = "invalid_parameter", _ status: Int = 400
  ) -> MalformedCase {
    send(status, code, "/v1/transactions", Array(body.utf8))
  }

  /// A transaction whose `acks` are this.
  private static func acks(_ acks: String) -> MalformedCase {
    prepare(#"{"producer_group":"g","acks":\#(acks)}"#)
  }

  /// A transaction with a sound record and this one.
  private static func record(
    _ record: String, _ code: String = "invalid_record", _ status: Int = 400
  ) -> MalformedCase {
    prepare(
      #"{"producer_group":"g","records":[{"topic":"plain","value":1},\#(record)]}"#, code, status)
  }

  /// That text, so many times.
  private static func many(_ text: String, _ count: Int) -> String {
    repeatElement(text, count: count).joined(separator: ",")
  }

  private static func list(_ query: String) -> MalformedCase {
    get(400, "invalid_parameter", "/v1/transactions?\(query)")
  }

  static let transactions = [
    prepare("", "malformed_json"), prepare("{'producer_group':1}", "malformed_json"),
    prepare("[]"), prepare("{}"), prepare(#"{"producer_group":"g"}"#),
    prepare(#"{"producer_group":"g","records":[]}"#),
    prepare(#"{"producer_group":7,"records":[{"topic":"plain","value":1}]}"#),
    prepare(#"{"records":[{"topic":"plain","value":1}]}"#),
    prepare(#"{"producer_group":"","records":[{"topic":"plain","value":1}]}"#),
    prepare(#"{"producer_group":"..","records":[{"topic":"plain","value":1}]}"#, "invalid_name"),
    prepare(#"{"producer_group":"g","records":{"topic":"plain","value":1}}"#),
    prepare(#"{"producer_group":"g","records":[{"topic":"plain","value":1}],"colour":1}"#),
    prepare(#"{"producer_group":"g","records":[{"topic":"plain","value":1}],"check_after":6}"#),
    prepare(#"{"producer_group":"g","records":[{"topic":"plain","value":1}],"check_after":"0s"}"#),
    prepare(#"{"producer_group":"g","records":[{"topic":"plain","value":1}],"check_after":"8d"}"#),
    record("1"), record("{}"), record(#"{"value":1}"#), record(#"{"topic":1,"value":1}"#),
    record(#"{"topic":"plain"}"#), record(#"{"topic":"plain","value":1,"value_base64":""}"#),
    record(#"{"topic":"plain","value_base64":"!"}"#),
    record(#"{"topic":"plain","value":1,"tag":""}"#),
    record(#"{"topic":"plain","value":1,"headers":{"tag":"a"}}"#),
    record(#"{"topic":"plain","value":1,"partition":-1}"#),
    record(#"{"topic":"plain","value":1,"topics":1}"#),
    record(#"{"topic":"plain","value":1,"delay":"soon"}"#),
    record(#"{"topic":"plain","value":1,"delay":1}"#),
    record(#"{"topic":"plain","value":1,"deliver_at":-1}"#),
    record(#"{"topic":"plain","value":1,"deliver_at":"tomorrow"}"#),
    record(#"{"topic":"plain","value":1,"delay":"1s","deliver_at":0}"#),
    record(#"{"topic":"plain","value":1,"delay":"3651d"}"#, "delay_too_long"),
    record(#"{"topic":"a b","value":1}"#, "invalid_name"),
    record(#"{"topic":"__own","value":1}"#, "invalid_name"),
    record(#"{"topic":"plain","value":1,"partition":7}"#, "partition_not_found", 404),
    record(
      #"{"topic":"tight","value":"\#(String(repeating: "x", count: 101))"}"#, "record_too_large",
      413),
    acks("1"), acks("[]"), acks("{}"), acks(#"{"group":"standing"}"#),
    acks(#"{"group":"standing","receipts":[]}"#), acks(#"{"group":"standing","receipts":"x"}"#),
    acks(#"{"group":"standing","receipts":[1]}"#),
    acks(#"{"group":1,"receipts":["x"]}"#),
    acks(#"{"group":"standing","receipts":["x"],"delay":"1s"}"#),
    acks(
      #"[{"group":"standing","receipts":["x"]},{"group":"standing","receipts":["y"]}]"#),
    acks("[\(many(#"{"group":"g","receipts":["x"]}"#, 17))]"),
    acks(#"{"group":"g","receipts":[\#(many("\"x\"", 10_001))]}"#),
    prepare(
      #"{"producer_group":"g","acks":{"group":"standing","receipts":["x"]}}"#, "receipt_stale",
      409),
    prepare(
      #"{"producer_group":"g","acks":{"group":"none","receipts":["x"]}}"#, "group_not_found", 404),
    prepare(
      #"{"producer_group":"g","acks":{"group":"a b","receipts":["x"]}}"#, "invalid_name"),
    list("state=committed"), list("state=unresolved"), list("limit=0"), list("limit=1001"),
    list("limit=x"), list("after=x"), list("wait=1s"), list("colour=red"),
    list("state=unresolved&producer_group=g&wait=6m"),
    list("state=unresolved&producer_group=g&wait=5"),
    list("state=unresolved&producer_group=g&after=00000000000000ff0000000000000001"),
    get(400, "invalid_name", "/v1/transactions?producer_group=a%20b"),
    get(404, "transaction_not_found", "/v1/transactions/x"),
    get(404, "transaction_not_found", "/v1/transactions/00000000000000FF0000000000000001"),
    get(404, "not_found", "/v1/transactions/x/y/z"),
    get(405, "method_not_allowed", "/v1/transactions/x/commit"),
    send(404, "transaction_not_found", "/v1/transactions/%2e%2e/commit", []),
  ]
}
