import JSON
import Platform

/// What happens to topics, as the catalog's journal keeps it: one JSON object an event.
enum CatalogEvent {
  /// A topic stands with so many partitions and this config, whether it did before or not.
  case topicStands(name: String, partitions: Int, config: TopicConfig)
  /// A topic is gone.
  case topicDeleted(name: String)

  func write(to json: inout JSONWriter) {
    json.beginObject()
    switch self {
    case .topicStands(let name, let partitions, let config):
      json.key("topic")
      json.string(name)
      json.key("partitions")
      json.number(partitions)
      json.key("config")
      config.write(to: &json)
    case .topicDeleted(let name):
      json.key("deleted")
      json.string(name)
    }
    json.endObject()
  }

  /// `nil` for what this version does not know.
  init?(_ object: JSONValue) {
    if let name = object["deleted"]?.string {
      self = .topicDeleted(name: name)
      return
    }
    guard let name = object["topic"]?.string, let count = object["partitions"]?.int64,
      let fields = object["config"]
    else { return nil }
    var config = TopicConfig()
    do {
      try config.merge(fields)
    } catch {
      return nil
    }
    self = .topicStands(name: name, partitions: Int(count), config: config)
  }
}
