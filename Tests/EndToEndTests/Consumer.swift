import Support

/// A consumer of one group: receives, and settles what it got. Belongs to one thread.
struct Consumer {
  /// A message as it was received.
  struct Message {
    var topic: String
    var partition: Int
    var offset: Int
    var attempt: Int
    var value: String
    var receipt: String
  }

  let client: HTTPClient
  let group: String

  init(_ server: TestServer, group: String = "g") { self.init(server.client(), group: group) }

  init(_ client: HTTPClient, group: String = "g") {
    self.client = client
    self.group = "/v1/groups/\(group)"
  }

  /// Receives with these further fields.
  func receive(_ topics: [String] = ["t"], _ fields: String = "") throws -> [Message] {
    let names = topics.map { "\"\($0)\"" }.joined(separator: ",")
    let body = "{\"topics\":[\(names)]\(fields.isEmpty ? "" : ",\(fields)")}"
    let answer = try client.post("\(group)/receive", body)
    guard answer.status == 200 else {
      throw TransferFailure(number: answer.status, message: answer.text)
    }
    return answer.json["records"].array.map { record in
      Message(
        topic: record["topic"].string ?? "", partition: record["partition"].int ?? -1,
        offset: record["offset"].int ?? -1, attempt: record["attempt"].int ?? -1,
        value: record["value"].string ?? "", receipt: record["receipt"].string ?? "")
    }
  }

  /// Acks, nacks or extends; gives how many receipts counted.
  func settle(_ verb: String, _ receipts: [String], _ fields: String = "") throws -> Int {
    let list = receipts.map { "\"\($0)\"" }.joined(separator: ",")
    let body = "{\"receipts\":[\(list)]\(fields.isEmpty ? "" : ",\(fields)")}"
    let answer = try client.post("\(group)/\(verb)", body)
    guard answer.status == 200, let done = answer.json["done"].int else {
      throw TransferFailure(number: answer.status, message: answer.text)
    }
    let failed = answer.json["failed"].array
    guard done + failed.count == receipts.count,
      failed.allSatisfy({ $0["code"].string == "receipt_stale" })
    else { throw TransferFailure(number: 0, message: answer.text) }
    return done
  }

  /// The group's standing in a partition.
  func standing(_ topic: String = "t", _ partition: Int = 0) throws -> JSONDocument {
    let answer = try client.get(group)
    let all = answer.json["partitions"].array
    guard
      let found = all.first(where: {
        $0["topic"].string == topic && $0["partition"].int == partition
      })
    else { throw TransferFailure(number: answer.status, message: answer.text) }
    return found
  }
}
