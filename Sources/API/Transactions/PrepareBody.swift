import Broker
import JSON

/// What a prepare says beside its records:
/// `{"producer_group":"g","records":[{"topic":"t",R}],"check_after":"6s","acks":…}`.
struct PrepareBody {
  private(set) var producerGroup = ""
  private(set) var records: JSONValue?
  private(set) var checkAfterMilliseconds: Int64?
  /// Receipts by group, each with its text.
  private(set) var acks: [(group: String, receipts: [JSONValue])] = []

  init(_ document: JSONValue) throws(Problem) {
    guard document.kind == .object else {
      throw Problem(.badRequest, "invalid_parameter", "The body must be an object.")
    }
    for (key, value) in document.members {
      switch key {
      case "producer_group":
        guard let name = value.string else {
          throw Problem.invalidParameter("producer_group", "It must be a name.")
        }
        producerGroup = name
      case "records":
        guard value.kind == .array else {
          throw Problem.invalidParameter("records", "It must be an array of records.")
        }
        records = value
      case "check_after":
        checkAfterMilliseconds = try ReceiveBody.duration(
          value, "check_after", 1...TransactionLimits.checkAfterMillisecondsMax)
      case "acks": acks = try PrepareBody.acks(value)
      default: throw Problem.invalidParameter(key.string, "There is no such field.")
      }
    }
    guard !producerGroup.isEmpty else {
      throw Problem.invalidParameter(
        "producer_group", "It must be named: checks are offered to those who ask for it.")
    }
    guard TopicName.isValid(producerGroup) else { throw Problem(.invalidName(producerGroup)) }
    if (records?.count ?? 0) == 0, acks.isEmpty {
      throw Problem.invalidParameter("records", "There must be at least one, or something to ack.")
    }
  }

  /// The topics that the records name, each once; checks that each record names one.
  func topics() throws(Problem) -> [String] {
    guard let records else { return [] }
    var names: [String] = []
    var index: Int64 = 0
    for record in records.elements {
      guard let name = record.kind == .object ? record["topic"]?.string : nil else {
        throw Problem(.badRequest, "invalid_record", "A record must be an object with a topic.")
          .with("record", index)
      }
      if !names.contains(name) {
        guard TopicName.isValid(name) else {
          throw Problem(.invalidName(name)).with("record", index)
        }
        guard names.count < PrepareResource.topicsMax else {
          throw Problem.invalidParameter(
            "records", "They may name \(PrepareResource.topicsMax) topics.")
        }
        names.append(name)
      }
      index += 1
    }
    return names
  }

  /// `{"group":"g","receipts":[…]}`, or an array of such.
  private static func acks(
    _ value: JSONValue
  ) throws(Problem) -> [(group: String, receipts: [JSONValue])] {
    if value.isNull { return [] }
    guard value.kind == .array else { return [try ack(value)] }
    guard value.count <= TransactionLimits.groupsMax else {
      throw Problem.invalidParameter(
        "acks", "They may be of at most \(TransactionLimits.groupsMax) groups.")
    }
    var acks: [(group: String, receipts: [JSONValue])] = []
    for element in value.elements {
      let fresh = try ack(element)
      if acks.contains(where: { $0.group == fresh.group }) {
        throw Problem.invalidParameter("acks", "The group \(fresh.group) stands there twice.")
      }
      acks.append(fresh)
    }
    let count = acks.reduce(0) { $0 + $1.receipts.count }
    guard count <= TransactionLimits.receiptsMax else {
      throw Problem.invalidParameter(
        "acks", "At most \(TransactionLimits.receiptsMax) receipts go at a time.")
    }
    return acks
  }

  private static func ack(
    _ value: JSONValue
  ) throws(Problem) -> (group: String, receipts: [JSONValue]) {
    guard value.kind == .object, let group = value["group"]?.string,
      let list = value["receipts"], list.kind == .array, value.count == 2
    else {
      throw Problem.invalidParameter(
        "acks", "It must be {\"group\":…,\"receipts\":[…]}, or an array of such.")
    }
    guard (1...TransactionLimits.receiptsMax).contains(list.count) else {
      throw Problem.invalidParameter(
        "acks", "There must be from 1 to \(TransactionLimits.receiptsMax) receipts.")
    }
    for receipt in list.elements where receipt.kind != .string {
      throw Problem.invalidParameter("acks", "A receipt must be a text.")
    }
    return (group, Array(list.elements))
  }
}
