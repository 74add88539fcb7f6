import Broker
import HTTP
import JSON
import Log

/// What a produce request says about all of its records: query parameters and `Producer-*` headers.
struct ProduceParameters {
  let key: [UInt8]?
  let tag: Tag?
  let partition: Int?
  let acknowledgement: AppendRequest.Acknowledgement
  /// When records are delivered that do not say.
  let delivery: DeliveryTime?
  let stamp: ProducerStamp?

  private static let known = ["key", "tag", "partition", "acks", "delay", "deliver_at"]

  init(_ call: Call) throws(Problem) {
    let query = try call.query(known: ProduceParameters.known)
    delivery = try DeliveryField.time(
      delay: query.value("delay"), deliverAt: query.value("deliver_at"))
    stamp = try ProducerFields.stamp(call.head)
    key = query.value("key").map { Array($0.utf8) }
    if let text = query.value("tag") {
      guard let tag = Tag(text) else { throw ProduceParameters.badTag }
      self.tag = tag
    } else {
      tag = nil
    }
    if let text = query.value("partition") {
      guard let number = Int(text), number >= 0 else {
        throw Problem.invalidParameter("partition", "It must be a whole number of at least 0.")
      }
      partition = number
    } else {
      partition = nil
    }
    switch query.value("acks") {
    case nil, "committed": acknowledgement = .committed
    case "written": acknowledgement = .written
    default: throw Problem.invalidParameter("acks", "It must be committed or written.")
    }
  }

  static let badTag = Problem.invalidParameter("tag", "It must have 1 to \(Tag.bytesMax) bytes.")
}
