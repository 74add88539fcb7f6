import Broker
import JSON

/// Writes transactions as JSON.
enum TransactionJSON {
  /// What every listing has.
  static func writeSummary(_ transaction: Transaction, to json: inout JSONWriter) {
    json.beginObject()
    writeFields(transaction, to: &json)
    json.endObject()
  }

  /// The whole of it: also what became of the records, by partition.
  static func write(_ transaction: Transaction, to json: inout JSONWriter) {
    json.beginObject()
    writeFields(transaction, to: &json)
    json.key("decided_at")
    if transaction.state == .prepared {
      json.null()
    } else {
      json.string(TimestampText.text(transaction.decidedAt))
    }
    json.key("rolled_back_by")
    if let cause = transaction.rollbackCause { json.string(cause.word) } else { json.null() }
    json.key("partitions")
    json.beginArray()
    for lane in transaction.lanes { Self.write(lane, to: &json) }
    json.endArray()
    json.endObject()
  }

  private static func writeFields(_ transaction: Transaction, to json: inout JSONWriter) {
    json.key("id")
    json.string(transaction.id.description)
    json.key("producer_group")
    json.string(transaction.producerGroup)
    json.key("state")
    json.string(transaction.state.rawValue)
    json.key("prepared_at")
    json.string(TimestampText.text(transaction.preparedAt))
    json.key("checks")
    json.number(transaction.checks)
    json.key("next_check")
    if transaction.state == .prepared {
      json.string(TimestampText.text(transaction.nextCheck))
    } else {
      json.null()
    }
    json.key("records")
    json.number(transaction.records)
    json.key("acks")
    json.number(transaction.acked)
  }

  private static func write(_ lane: TransactionLane, to json: inout JSONWriter) {
    json.beginObject()
    json.key("topic")
    json.string(lane.topic)
    json.key("partition")
    json.number(lane.partition)
    json.key("count")
    json.number(lane.count)
    json.key("base_offset")
    if case .stored(let offset) = lane.fate { json.number(offset.value) } else { json.null() }
    if case .dropped = lane.fate {
      json.key("dropped")
      json.bool(true)
    }
    json.endObject()
  }
}
