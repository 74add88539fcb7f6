import JSON
import Log

extension GroupConfig {
  /// Changes the fields that a JSON object names.
  public mutating func merge(_ object: JSONValue) throws(Refusal) {
    guard object.kind == .object else { throw Refusal("config", "It must be an object.") }
    for (key, value) in object.members {
      switch key {
      case "lease":
        leaseMilliseconds = try Self.duration(value, "lease", 1...Self.leaseMillisecondsMax)
      case "max_attempts":
        guard let number = value.int64, (1...Int64(Self.attemptsMax)).contains(number) else {
          throw Refusal(
            "max_attempts", "It must be a whole number from 1 to \(Self.attemptsMax).")
        }
        maxAttempts = Int(number)
      case "backoff": backoffMilliseconds = try Self.ladder(value)
      case "jitter":
        guard let flag = value.bool else { throw Refusal("jitter", "It must be true or false.") }
        hasJitter = flag
      case "start":
        guard let name = value.string, let start = Start(rawValue: name) else {
          throw Refusal("start", "It must be \"earliest\" or \"latest\".")
        }
        self.start = start
      case "ordered":
        guard let flag = value.bool else { throw Refusal("ordered", "It must be true or false.") }
        isOrdered = flag
      case "tags": tags = try Self.tags(value)
      case "dead_letter_topic":
        if value.isNull {
          deadLetterTopic = nil
          continue
        }
        guard let name = value.string, TopicName.isValid(name) else {
          throw Refusal("dead_letter_topic", "It must be the name of a topic, or null.")
        }
        deadLetterTopic = name
      default: throw Refusal(key.string, "There is no such field.")
      }
    }
  }

  /// Writes all fields as an object.
  public func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("lease")
    json.string(DurationText.text(leaseMilliseconds))
    json.key("max_attempts")
    json.number(maxAttempts)
    json.key("backoff")
    json.beginArray()
    for step in backoffMilliseconds { json.string(DurationText.text(step)) }
    json.endArray()
    json.key("jitter")
    json.bool(hasJitter)
    json.key("start")
    json.string(start.rawValue)
    json.key("ordered")
    json.bool(isOrdered)
    json.key("tags")
    if let tags {
      json.beginArray()
      for tag in tags { tag.bytes.withUnsafeBytes { json.string(utf8: $0) } }
      json.endArray()
    } else {
      json.null()
    }
    json.key("dead_letter_topic")
    if let deadLetterTopic { json.string(deadLetterTopic) } else { json.null() }
    json.endObject()
  }

  /// Tags as a JSON array of texts; none of them, or `null`, stand for all messages.
  public static func tags(_ value: JSONValue) throws(Refusal) -> [Tag]? {
    if value.isNull { return nil }
    guard value.kind == .array, value.count <= tagsMax else {
      throw Refusal("tags", "They must be an array of at most \(tagsMax) texts.")
    }
    var tags: [Tag] = []
    for element in value.elements {
      guard let text = element.string, let tag = Tag(text) else {
        throw Refusal("tags", "A tag must be a text of 1 to \(Tag.bytesMax) bytes.")
      }
      tags.append(tag)
    }
    return tags.isEmpty ? nil : tags
  }

  private static func ladder(_ value: JSONValue) throws(Refusal) -> [Int64] {
    guard value.kind == .array, (1...backoffStepsMax).contains(value.count) else {
      throw Refusal("backoff", "It must be an array of 1 to \(backoffStepsMax) durations.")
    }
    var steps: [Int64] = []
    for element in value.elements {
      steps.append(try duration(element, "backoff", 0...delayMillisecondsMax))
    }
    return steps
  }

  private static func duration(
    _ value: JSONValue, _ field: String, _ range: ClosedRange<Int64>
  ) throws(Refusal) -> Int64 {
    guard let text = value.string, let time = DurationText.milliseconds(text),
      range.contains(time)
    else {
      throw Refusal(
        field,
        "It must be a duration like 30s, from \(DurationText.text(range.lowerBound)) to "
          + "\(DurationText.text(range.upperBound)).")
    }
    return time
  }
}
