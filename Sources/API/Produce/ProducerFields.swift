import HTTP
import Log

/// The fields by which a producer numbers its requests: `Producer-Id`, `Producer-Epoch` and
/// `Producer-Seq`, all or none.
enum ProducerFields {
  /// Who sends the request and which of theirs it is; `nil` if they do not say.
  static func stamp(_ head: RequestHead) throws(Problem) -> ProducerStamp? {
    guard areThere(head) else { return nil }
    let id = try number(head, .producerID, "Producer-Id", through: Int(ProducerStamp.ownFrom - 1))
    let epoch = try number(head, .producerEpoch, "Producer-Epoch", through: Int(Int16.max))
    let sequence = try number(head, .producerSequence, "Producer-Seq", through: Int(Int32.max))
    return ProducerStamp(id: Int64(id), epoch: Int16(epoch), sequence: Int32(sequence))
  }

  /// Whether a request has any of them.
  static func areThere(_ head: RequestHead) -> Bool {
    head.has(.producerID) || head.has(.producerEpoch) || head.has(.producerSequence)
  }

  /// A request without records has no place in the order that a restart could find again.
  static let noRecords = Problem(
    .badRequest, "invalid_producer", "A request with a sequence number needs at least one record.")

  private static func number(
    _ head: RequestHead, _ field: FieldName, _ name: String, through last: Int
  ) throws(Problem) -> Int {
    guard head.has(field) else {
      throw Problem(
        .badRequest, "invalid_producer",
        "\(name) is missing: Producer-Id, Producer-Epoch and Producer-Seq go together."
      ).with("field", name)
    }
    guard let number = head.integer(of: field), number <= last else {
      throw Problem(
        .badRequest, "invalid_producer", "\(name) must be a whole number from 0 to \(last)."
      ).with("field", name)
    }
    return number
  }
}
