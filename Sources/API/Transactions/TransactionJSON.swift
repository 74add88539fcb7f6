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
    for lane in transaction.lanes {
      if let partition = lane.partition { Self.write(lane, partition, to: &json) }
    }
    json.endArray()
    if transaction.delayedRecords > 0 { writeScheduled(transaction, to: &json) }
    json.endObject()
  }

  /// The records that are delivered later, as produce answers for them, each with its topic.
  private static func writeScheduled(_ transaction: Transaction, to json: inout JSONWriter) {
    json.key("scheduled")
    json.beginArray()
    var left = DelayedRecords.listedMax
    for lane in transaction.lanes {
      for key in lane.keys.prefix(left) {
        json.beginObject()
        json.key("id")
        json.string(key.id)
        json.key("topic")
        json.string(lane.topic)
        json.key("deliver_at")
        json.string(TimestampText.text(key.due))
        json.endObject()
        left -= 1
      }
    }
    json.endArray()
    json.key("scheduled_count")
    json.number(transaction.delayedRecords)
    let dropped = transaction.lanes.reduce(0) { sum, lane in
      sum + (lane.isDelayed && lane.fate == .dropped ? lane.count : 0)
    }
    if dropped > 0 {
      json.key("scheduled_dropped")
      json.number(dropped)
    }
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

  private static func write(
    _ lane: TransactionLane, _ partition: Int, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("topic")
    json.string(lane.topic)
    json.key("partition")
    json.number(partition)
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
