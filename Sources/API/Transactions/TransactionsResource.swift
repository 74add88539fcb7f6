import Broker
import HTTP
import JSON

/// `/v1/transactions` and `/v1/transactions/{transaction}`: look, commit, roll back.
enum TransactionsResource {
  private static let listedByDefault = 100
  private static let listedMax = 1000

  private typealias Decide =
    @Sendable (TransactionID, Call, @escaping @Sendable (Result<Transaction, BrokerError>) -> Void)
    -> Void

  @Sendable static func commit(_ call: Call) throws(Problem) {
    try decide(call) { id, call, completion in
      call.broker.transactions.commit(
        id, now: call.broker.now(), sink: call.exchange.sink, completion)
    }
  }

  @Sendable static func rollBack(_ call: Call) throws(Problem) {
    try decide(call) { id, call, completion in
      call.broker.transactions.rollBack(
        id, now: call.broker.now(), sink: call.exchange.sink, completion)
    }
  }

  private static func decide(_ call: Call, _ decide: Decide) throws(Problem) {
    let id = try id(call)
    decide(
      id, call,
      call.completion { call, outcome in
        switch outcome {
        case .success(let transaction):
          call.respondJSON { TransactionJSON.write(transaction, to: &$0) }
        case .failure(let error):
          var problem = Problem(error)
          // A commit that was decided is stored as soon as that is possible.
          if problem.status.code >= 500 { problem.retryAfterSeconds = 1 }
          call.fail(problem)
        }
      })
    call.handler.hasProduced = true
  }

  @Sendable static func get(_ call: Call) throws(Problem) {
    let id = try id(call)
    do {
      let transaction = try call.broker.transactions.transaction(id)
      call.respondJSON { TransactionJSON.write(transaction, to: &$0) }
    } catch {
      throw Problem(error)
    }
  }

  /// The records of a transaction that is undecided: what those need who have to decide.
  @Sendable static func records(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["values"])
    let form = try FetchParameters.valueForm(query)
    let records = RecordJSON(form, onOneLine: false, parser: call.handler.parser)
    let id = try id(call)
    let content: [TransactionRecords]
    do throws(BrokerError) {
      content = try call.broker.transactions.records(of: id)
    } catch {
      throw Problem(error)
    }
    var head = ResponseHead(.ok)
    head.add("Cache-Control", "no-store")
    call.respondJSON(head) { json in
      json.beginObject()
      json.key("records")
      json.beginArray()
      for part in content {
        part.forEach { record, partition, delivery in
          json.beginObject()
          json.key("topic")
          json.string(part.topic)
          json.key("partition")
          json.number(partition)
          DeliveryField.write(delivery, to: &json)
          json.key("timestamp")
          if record.timestamp >= 0 { json.number(record.timestamp) } else { json.null() }
          records.writeContent(record, to: &json)
          json.endObject()
        }
      }
      json.endArray()
      json.endObject()
    }
  }

  @Sendable static func list(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["producer_group", "state", "wait", "limit", "after"])
    let limit = try limit(query)
    let group = try group(query)
    switch query.value("state") {
    case "unresolved":
      guard let group else {
        throw Problem.invalidParameter("producer_group", "Checks are those of one group.")
      }
      if query.value("after") != nil {
        throw Problem.invalidParameter("after", "Checks come as they fall due.")
      }
      Unresolved(call, group: group, limit: limit, waitMilliseconds: try wait(query, call)).run()
    case nil, "prepared":
      if query.value("wait") != nil {
        throw Problem.invalidParameter("wait", "Only state=unresolved waits.")
      }
      let found = call.broker.transactions.undecided(
        of: group, after: try after(query), limit: limit)
      answer(call, found, next: found.count == limit ? found.last?.id : nil)
    default: throw Problem.invalidParameter("state", "It must be prepared or unresolved.")
    }
  }

  /// Answers with a listing.
  ///
  /// - Parameter next: where the next page begins, if there may be one.
  static func answer(_ call: Call, _ found: [Transaction], next: TransactionID?) {
    var head = ResponseHead(.ok)
    head.add("Cache-Control", "no-store")
    call.respondJSON(head) { json in
      json.beginObject()
      json.key("transactions")
      json.beginArray()
      for transaction in found { TransactionJSON.writeSummary(transaction, to: &json) }
      json.endArray()
      json.key("next_after")
      if let next { json.string(next.description) } else { json.null() }
      json.endObject()
    }
  }

  private static func id(_ call: Call) throws(Problem) -> TransactionID {
    let text = try call.pathSegment(2)
    guard let id = TransactionID(text) else { throw Problem(.transactionNotFound(text)) }
    return id
  }

  private static func limit(_ query: QueryParameters) throws(Problem) -> Int {
    guard let text = query.value("limit") else { return listedByDefault }
    guard let number = Int(text), (1...listedMax).contains(number) else {
      throw Problem.invalidParameter("limit", "It must be a whole number from 1 to \(listedMax).")
    }
    return number
  }

  private static func group(_ query: QueryParameters) throws(Problem) -> String? {
    guard let name = query.value("producer_group") else { return nil }
    guard TopicName.isValid(name) else { throw Problem(BrokerError.invalidName(name)) }
    return name
  }

  private static func after(_ query: QueryParameters) throws(Problem) -> TransactionID? {
    guard let text = query.value("after") else { return nil }
    guard let id = TransactionID(text) else {
      throw Problem.invalidParameter("after", "It must be the id of a transaction.")
    }
    return id
  }

  private static func wait(_ query: QueryParameters, _ call: Call) throws(Problem) -> Int {
    guard let text = query.value("wait") else { return 0 }
    let most = Int64(call.service.options.waitMillisecondsMax)
    guard let time = DurationText.milliseconds(text), (0...most).contains(time) else {
      throw Problem.invalidParameter(
        "wait", "It must be a duration like 30s, of at most \(DurationText.text(most)).")
    }
    return Int(time)
  }
}
