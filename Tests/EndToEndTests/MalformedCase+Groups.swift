import Support

/// What no client should say about groups.
extension MalformedCase {
  private static func post(
    _ code: String, _ verb: String, _ body: String, _ status: Int = 400
  ) -> MalformedCase {
    send(status, code, "/v1/groups/standing/\(verb)", Array(body.utf8))
  }

  private static func receive(_ body: String) -> MalformedCase {
    post("invalid_parameter", "receive", body)
  }

  private static func config(_ fields: String) -> MalformedCase {
    send(
      400, "invalid_config", "/v1/groups/x", Array("{\"config\":{\(fields)}}".utf8), method: "PUT")
  }

  static let groups = [
    get(400, "invalid_name", "/v1/groups/%2E%2E"),
    get(400, "invalid_name", "/v1/groups/a%2Fb"),
    get(400, "invalid_name", "/v1/groups/\(String(repeating: "g", count: 246))"),
    get(404, "group_not_found", "/v1/groups/\(String(repeating: "g", count: 245))"),
    get(404, "not_found", "/v1/groups/standing/receive/1"),
    get(405, "method_not_allowed", "/v1/groups/standing/ack"),
    get(400, "invalid_parameter", "/v1/groups/standing/offsets?topic=queue&partition=-1"),
    get(400, "invalid_parameter", "/v1/groups/standing/offsets?topic=queue&colour=red"),
    get(400, "invalid_parameter", "/v1/groups/standing/dead-letters?offset=-1"),
    get(400, "invalid_parameter", "/v1/groups/standing/dead-letters?max_records=0"),
    get(400, "invalid_parameter", "/v1/groups/standing/dead-letters?values=xml"),
    send(400, "invalid_config", "/v1/groups/x", Array("[]".utf8), method: "PUT"),
    send(400, "invalid_config", "/v1/groups/x", Array(#"{"colour":1}"#.utf8), method: "PUT"),
    config(#""colour":1"#), config(#""lease":60"#), config(#""lease":"0s""#),
    config(#""lease":"13h""#), config(#""max_attempts":0"#), config(#""max_attempts":1.5"#),
    config(#""max_attempts":100000"#), config(#""backoff":[]"#), config(#""backoff":"1s""#),
    config(#""backoff":["1s","-1s"]"#), config(#""backoff":["31d"]"#), config(#""jitter":1"#),
    config(#""start":"middle""#), config(#""ordered":"yes""#), config(#""tags":"a""#),
    config(#""tags":[""]"#), config(#""dead_letter_topic":"a b""#),
    config(#""dead_letter_topic":1"#),
  ]

  static let groupBodies = [
    post("malformed_json", "receive", ""), post("malformed_json", "ack", "{'receipts':[]}"),
    receive("[]"), receive("{}"), receive(#"{"topics":[]}"#), receive(#"{"topics":"queue"}"#),
    receive(#"{"topics":[1]}"#), receive(#"{"topics":["queue"],"max_records":0}"#),
    receive(#"{"topics":["queue"],"max_records":10001}"#),
    receive(#"{"topics":["queue"],"max_bytes":0}"#),
    receive(#"{"topics":["queue"],"wait":5}"#), receive(#"{"topics":["queue"],"wait":"6m"}"#),
    receive(#"{"topics":["queue"],"lease":"0ms"}"#),
    receive(#"{"topics":["queue"],"lease":"9999999999999999d"}"#),
    receive(#"{"topics":["queue"],"tags":"a"}"#), receive(#"{"topics":["queue"],"tags":[""]}"#),
    receive(#"{"topics":["queue"],"values":"xml"}"#), receive(#"{"topics":["queue"],"colour":1}"#),
    post("topic_not_found", "receive", #"{"topics":["queue","none"]}"#, 404),
    post("invalid_name", "receive", #"{"topics":["a b"]}"#),
    post("invalid_parameter", "ack", "{}"), post("invalid_parameter", "ack", #"{"receipts":"x"}"#),
    post("invalid_parameter", "ack", #"{"receipts":[1]}"#),
    post("invalid_parameter", "ack", #"{"receipts":[],"delay":"1s"}"#),
    post(
      "invalid_parameter", "ack",
      "{\"receipts\":[\(repeatElement("\"x\"", count: 10_001).joined(separator: ","))]}"),
    post("invalid_parameter", "nack", #"{"receipts":[],"delay":"31d"}"#),
    post("invalid_parameter", "nack", #"{"receipts":[],"dead_letter":1}"#),
    post("invalid_parameter", "nack", #"{"receipts":[],"dead_letter":true,"delay":"1s"}"#),
    post("invalid_parameter", "extend", #"{"receipts":[],"lease":"13h"}"#),
    post("invalid_parameter", "seek", #"{"topic":"queue"}"#),
    post("invalid_parameter", "seek", #"{"to":0}"#),
    post("invalid_parameter", "seek", #"{"topic":"queue","to":-1}"#),
    post("invalid_parameter", "seek", #"{"topic":"queue","to":1.5}"#),
    post("invalid_parameter", "seek", #"{"topic":"queue","to":"yesterday"}"#),
    post("invalid_parameter", "seek", #"{"topic":"queue","to":0,"partition":-1}"#),
    post("offset_past_end", "seek", #"{"topic":"queue","to":9223372036854775807}"#, 416),
    post("partition_not_found", "seek", #"{"topic":"queue","to":0,"partition":1}"#, 404),
    post("invalid_parameter", "dead-letters/redrive", #"{"max":0}"#),
    post("invalid_parameter", "dead-letters/redrive", #"{"reason":"boredom"}"#),
    post("invalid_parameter", "dead-letters/redrive", #"{"colour":1}"#),
  ]
}
