import Support

/// Transactions: every operation and every status.
extension StatusCase {
  /// Statuses of transactions that the real program cannot be made to give from outside.
  static let excusedOfTransactions: [String: String] = {
    var excused = [
      "prepareTransaction 429": "TransactionTests", "listTransactions 429": "TransactionTests",
    ]
    for operation in ["prepareTransaction", "commitTransaction", "rollBackTransaction"] {
      excused["\(operation) 503"] = "needs a failing disk"
      excused["\(operation) 507"] = "needs a full disk"
    }
    excused["commitTransaction 507"] = "TransactionFullDiskTests"
    return excused
  }()

  private static let path = "/v1/transactions"
  private static let unknown = "\(path)/00000000000000ff0000000000000001"
  private static let whole = #"{"producer_group":"shop","records":[{"topic":"queue","value":1}]}"#

  /// Prepares a transaction and does these things with it, one after the other.
  private static func decide(_ verbs: String...) -> @Sendable (Fixture) throws -> HTTPResponse {
    { fixture in
      var answer = try fixture.client.post(path, whole)
      let id = answer.json["id"].string ?? ""
      for verb in verbs { answer = try fixture.client.post("\(path)/\(id)\(verb)", "") }
      return answer
    }
  }

  /// Prepares a transaction and looks at it.
  private static func look(
    _ suffix: String, _ headers: [String: String] = [:], after verb: String? = nil
  ) -> @Sendable (Fixture) throws -> HTTPResponse {
    { fixture in
      let id = try fixture.client.post(path, whole).json["id"].string ?? ""
      if let verb { _ = try fixture.client.post("\(path)/\(id)\(verb)", "") }
      return try fixture.client.get("\(path)/\(id)\(suffix)", headers)
    }
  }

  static let transactions = [
    StatusCase("prepareTransaction", 201, nil, post(path, whole)),
    StatusCase("prepareTransaction", 400, "malformed_json", post(path, "{")),
    StatusCase("prepareTransaction", 400, "invalid_parameter", post(path, "{}")),
    StatusCase(
      "prepareTransaction", 400, "invalid_record",
      post(path, #"{"producer_group":"g","records":[{"value":1}]}"#)),
    StatusCase(
      "prepareTransaction", 400, "invalid_name",
      post(path, #"{"producer_group":"a b","records":[{"topic":"queue","value":1}]}"#)),
    StatusCase(
      "prepareTransaction", 404, "partition_not_found",
      post(path, #"{"producer_group":"g","records":[{"topic":"queue","value":1,"partition":9}]}"#)),
    StatusCase(
      "prepareTransaction", 404, "group_not_found",
      post(path, #"{"producer_group":"g","acks":{"group":"none","receipts":["x"]}}"#)),
    StatusCase(
      "prepareTransaction", 406, "not_acceptable",
      {
        try $0.client.send(
          HTTPRequest(
            "POST", path, ["Content-Type": "application/json", "Accept": "image/png"],
            body: .text(whole)))
      }),
    StatusCase(
      "prepareTransaction", 409, "receipt_stale",
      { fixture in
        _ = try fixture.client.put("/v1/groups/mailers")
        return try fixture.client.post(
          path, #"{"producer_group":"g","acks":{"group":"mailers","receipts":["x"]}}"#)
      }),
    StatusCase("prepareTransaction", 413, "body_too_large", announce("POST", path)),
    StatusCase(
      "prepareTransaction", 415, "unsupported_media_type", post(path, "<x/>", "text/xml")),
    StatusCase("commitTransaction", 200, nil, decide("/commit", "/commit")),
    StatusCase("commitTransaction", 404, "transaction_not_found", post("\(unknown)/commit", "")),
    StatusCase(
      "commitTransaction", 409, "transaction_rolled_back", decide("/rollback", "/commit")),
    StatusCase("rollBackTransaction", 200, nil, decide("/rollback", "/rollback")),
    StatusCase(
      "rollBackTransaction", 404, "transaction_not_found", post("\(path)/x/rollback", "")),
    StatusCase(
      "rollBackTransaction", 409, "transaction_committed", decide("/commit", "/rollback")),
    StatusCase("getTransaction", 200, nil, look("")),
    StatusCase("getTransaction", 404, "transaction_not_found", get(unknown)),
    StatusCase("getTransaction", 406, "not_acceptable", look("", ["Accept": "a/b"])),
    StatusCase("getTransactionRecords", 200, nil, look("/records")),
    StatusCase("getTransactionRecords", 400, "invalid_parameter", look("/records?values=xml")),
    StatusCase("getTransactionRecords", 404, "transaction_not_found", get("\(unknown)/records")),
    StatusCase("getTransactionRecords", 406, "not_acceptable", look("/records", ["Accept": "a/b"])),
    StatusCase(
      "getTransactionRecords", 409, "transaction_committed", look("/records", after: "/commit")),
    StatusCase("listTransactions", 200, nil, get(path)),
    StatusCase("listTransactions", 200, nil, get("\(path)?state=unresolved&producer_group=shop")),
    StatusCase("listTransactions", 400, "invalid_parameter", get("\(path)?state=unresolved")),
    StatusCase("listTransactions", 400, "invalid_name", get("\(path)?producer_group=__own")),
    StatusCase("listTransactions", 406, "not_acceptable", get(path, ["Accept": "a/b"])),
    StatusCase(
      "commitTransaction", 406, "not_acceptable",
      { try $0.client.send(HTTPRequest("POST", "\(unknown)/commit", ["Accept": "a/b"])) }),
    StatusCase(
      "rollBackTransaction", 406, "not_acceptable",
      { try $0.client.send(HTTPRequest("POST", "\(unknown)/rollback", ["Accept": "a/b"])) }),
  ]
}
