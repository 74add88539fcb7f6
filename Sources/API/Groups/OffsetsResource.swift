import Broker
import HTTP
import JSON

/// GET and PUT `/v1/groups/{group}/offsets`: plain cursors, without leases.
enum OffsetsResource {
  @Sendable static func get(_ call: Call) throws(Problem) {
    let query = try call.query(known: ["topic", "partition"])
    let group = try call.group()
    guard let text = query.value("partition") else {
      let topics = query.value("topic").map { [$0] } ?? call.broker.topics.map(\.name)
      return call.respondJSON { Self.write(group, topics, to: &$0) }
    }
    guard let topic = query.value("topic") else {
      throw Problem.invalidParameter("topic", "It must name the topic of the partition.")
    }
    guard let number = Int(text), number >= 0 else {
      throw Problem.invalidParameter("partition", "It must be a whole number of at least 0.")
    }
    guard let cursor = group.cursors(topic)[number] else {
      throw Problem(
        .notFound, "offset_not_found",
        "The group \(group.name) has no cursor in \(topic), partition \(number).")
    }
    call.respondJSON { Self.write(topic, number, cursor, to: &$0) }
  }

  @Sendable static func put(_ call: Call) throws(Problem) {
    let group = try call.groupToUse()
    call.receiveJSON { document throws(Problem) in
      let place = try PartitionPlace(document, known: ["next_offset", "metadata"], call)
      guard let partition = place.partition else {
        throw Problem.invalidParameter("partition", "It must be given.")
      }
      guard let next = document["next_offset"]?.int64, next >= 0 else {
        throw Problem.invalidParameter("next_offset", "It must be a whole number of at least 0.")
      }
      var metadata = ""
      if let value = document["metadata"], !value.isNull {
        guard let text = value.string, text.utf8.count <= Cursor.metadataBytesMax else {
          throw Problem.invalidParameter(
            "metadata", "It must be a text of at most \(Cursor.metadataBytesMax) bytes.")
        }
        metadata = text
      }
      let cursor = Cursor(nextOffset: next, metadata: metadata)
      let topic = place.topic
      group.setCursor(
        topic, partition, cursor, sink: call.exchange.sink,
        call.completion { call, outcome in
          call.answer(outcome) { _ in
            call.respondJSON { Self.write(topic.name, partition, cursor, to: &$0) }
          }
        })
      call.handler.hasProduced = true
    }
  }

  /// The cursors of some topics, those of a topic by partition.
  private static func write(_ group: Group, _ topics: [String], to json: inout JSONWriter) {
    json.beginObject()
    json.key("offsets")
    json.beginArray()
    for topic in topics {
      for (number, cursor) in group.cursors(topic).sorted(by: { $0.key < $1.key }) {
        Self.write(topic, number, cursor, to: &json)
      }
    }
    json.endArray()
    json.endObject()
  }

  private static func write(
    _ topic: String, _ partition: Int, _ cursor: Cursor, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("topic")
    json.string(topic)
    json.key("partition")
    json.number(partition)
    json.key("next_offset")
    json.number(cursor.nextOffset)
    json.key("metadata")
    json.string(cursor.metadata)
    json.endObject()
  }
}
