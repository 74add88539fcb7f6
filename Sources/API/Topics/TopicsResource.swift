import Broker
import HTTP
import JSON
import Log

/// `/v1/topics` and `/v1/topics/{topic}`.
enum TopicsResource {
  @Sendable static func list(_ call: Call) throws(Problem) {
    let window = try ListWindow(call)
    let (topics, total, nextAfter) = window.choose(call.broker.topics, name: \.name)
    call.respondJSON { json in
      json.beginObject()
      json.key("topics")
      json.beginArray()
      for topic in topics { writeSummary(topic, to: &json) }
      json.endArray()
      json.key("total")
      json.number(total)
      json.key("next_after")
      if let nextAfter { json.string(nextAfter) } else { json.null() }
      json.endObject()
    }
  }

  @Sendable static func get(_ call: Call) throws(Problem) {
    let topic = try call.topic()
    call.respondJSON { Self.write(topic, to: &$0) }
  }

  @Sendable static func put(_ call: Call) throws(Problem) {
    let name = try call.pathSegment(2)
    guard TopicName.isValid(name) else { throw Problem(BrokerError.invalidName(name)) }
    try call.requireExistence((try? call.broker.topic(name)) != nil)
    guard call.exchange.hasBody else { return create(call, name, TopicBody()) }
    call.receiveJSON { document throws(Problem) in
      create(call, name, try TopicBody(document))
    }
  }

  @Sendable static func patch(_ call: Call) throws(Problem) {
    let name = try call.topic().name
    call.receiveJSON { document throws(Problem) in
      let body = try TopicBody(document)
      call.broker.changeTopic(
        name, partitions: body.partitions, sink: call.exchange.sink,
        edit: { [fields = body.config] config in
          if let fields { TopicBody.merge(fields, into: &config) }
        },
        call.completion { call, outcome in
          call.answer(outcome) { topic in call.respondJSON { Self.write(topic, to: &$0) } }
        })
    }
  }

  @Sendable static func delete(_ call: Call) throws(Problem) {
    let name = try call.topic().name
    call.broker.deleteTopic(
      name, sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { _ in call.respond(ResponseHead(.noContent)) }
      })
  }

  private static func create(_ call: Call, _ name: String, _ body: TopicBody) {
    var config = TopicConfig()
    if let fields = body.config { TopicBody.merge(fields, into: &config) }
    call.broker.createTopic(
      name, partitions: body.partitions ?? Broker.partitionsByDefault, config: config,
      sink: call.exchange.sink,
      call.completion { call, outcome in
        call.answer(outcome) { made in
          var head = ResponseHead(made.isNew ? .created : .ok)
          if made.isNew { head.add("Location", "/v1/topics/\(made.topic.name)") }
          call.respondJSON(head) { Self.write(made.topic, to: &$0) }
        }
      })
  }

  static func writeSummary(_ topic: Topic, to json: inout JSONWriter) {
    json.beginObject()
    json.key("name")
    json.string(topic.name)
    json.key("partitions")
    json.number(topic.partitions.count)
    json.key("records")
    json.number(topic.records)
    json.key("bytes")
    json.number(topic.bytes)
    json.endObject()
  }

  private static func write(_ topic: Topic, to json: inout JSONWriter) {
    json.beginObject()
    json.key("name")
    json.string(topic.name)
    json.key("config")
    topic.config.write(to: &json)
    json.key("records")
    json.number(topic.records)
    json.key("bytes")
    json.number(topic.bytes)
    json.key("partitions")
    json.beginArray()
    for (number, log) in topic.partitions.enumerated() {
      json.beginObject()
      PartitionResource.writeFigures(number, log, to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
