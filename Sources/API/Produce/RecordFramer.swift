import Broker
import JSON
import Log
import Platform

/// Makes records of JSON: `{"key":…,"value":…,"tag":…,"headers":{…},"partition":0,"timestamp":…,
/// "delay":…}`.
final class RecordFramer {
  private let headers = RecordHeaders()
  private let decodedKey = ByteBuffer()
  private let decodedValue = ByteBuffer()
  private let decodedHeader = ByteBuffer()

  /// What the records go to, and what the request says of all of them.
  struct Target {
    let production: Production
    let parameters: ProduceParameters
    /// True if each record names its topic, for somebody else to read.
    var namesTopics = false
  }

  /// Takes in `{"records":[R, …]}` or one R; on an error says which record it is.
  func add(body: JSONValue, to target: Target) throws(Problem) {
    guard body.kind == .object, let records = body["records"] else {
      return try add(record: body, to: target)
    }
    guard records.kind == .array else {
      throw Problem(.badRequest, "invalid_record", "records must be an array.")
    }
    guard body.count == 1 else {
      throw Problem(.badRequest, "invalid_record", "Beside records nothing else may stand.")
    }
    var index: Int64 = 0
    for record in records.elements {
      do {
        try add(record: record, to: target)
      } catch {
        throw error.with("record", index)
      }
      index += 1
    }
  }

  /// The fields of one record while they are gathered.
  private struct Fields {
    var key: UnsafeRawBufferPointer?
    var value: UnsafeRawBufferPointer?
    var hasKey = false
    var hasValue = false
    var tag: Tag?
    var headers: JSONValue?
    var partition: Int?
    var timestamp: Int64?
    var delivery: DeliveryTime?
  }

  /// Takes in one record.
  func add(record: JSONValue, to target: Target) throws(Problem) {
    guard record.kind == .object else { throw invalid("A record must be an object.") }
    var fields = Fields()
    for (key, value) in record.members {
      if target.namesTopics, key == "topic" { continue }
      try take(key, value, &fields)
    }
    guard fields.hasValue else { throw invalid("A record needs a value or value_base64.") }
    headers.removeAll()
    if let tag = fields.tag ?? target.parameters.tag { headers.setTag(tag) }
    if let given = fields.headers { try addHeaders(given) }
    do throws(BrokerError) {
      if !fields.hasKey, let key = target.parameters.key {
        try key.withUnsafeBufferPointer { key throws(BrokerError) in
          fields.key = UnsafeRawBufferPointer(key)
          try add(fields, to: target)
        }
      } else {
        try add(fields, to: target)
      }
    } catch {
      throw Problem(error)
    }
  }

  private func add(_ fields: Fields, to target: Target) throws(BrokerError) {
    try target.production.add(
      key: fields.key, value: fields.value, headers: headers, timestamp: fields.timestamp,
      partition: fields.partition ?? target.parameters.partition,
      delivery: fields.delivery ?? target.parameters.delivery ?? .now)
  }

  private func take(_ key: JSONKey, _ value: JSONValue, _ fields: inout Fields) throws(Problem) {
    switch key {
    case "value":
      try once(&fields.hasValue, "value")
      fields.value = value.isNull ? nil : value.text
    case "value_base64":
      try once(&fields.hasValue, "value")
      fields.value = try decode(value, "value_base64", into: decodedValue)
    case "key":
      try once(&fields.hasKey, "key")
      fields.key = value.isNull ? nil : value.text
    case "key_base64":
      try once(&fields.hasKey, "key")
      fields.key = try decode(value, "key_base64", into: decodedKey)
    case "tag":
      if value.isNull { break }
      guard let tag = value.stringBytes.flatMap({ Tag($0) }) else {
        throw invalid("tag must be a string of 1 to \(Tag.bytesMax) bytes.")
      }
      fields.tag = tag
    case "headers": fields.headers = value
    case "partition":
      if value.isNull { break }
      guard let number = value.int64, number >= 0, number <= Int64(Int32.max) else {
        throw invalid("partition must be a whole number of at least 0.")
      }
      fields.partition = Int(number)
    case "timestamp":
      if value.isNull { break }
      fields.timestamp = try timestamp(value)
    case "delay":
      if value.isNull { break }
      try once(&fields.delivery, try DeliveryField.delay(value))
    case "deliver_at":
      if value.isNull { break }
      try once(&fields.delivery, try DeliveryField.deliverAt(value))
    default: throw invalid("There is no field \(key.string).")
    }
  }

  private func once(_ seen: inout Bool, _ name: String) throws(Problem) {
    if seen { throw invalid("There are two fields for the \(name).") }
    seen = true
  }

  private func once(_ delivery: inout DeliveryTime?, _ time: DeliveryTime) throws(Problem) {
    guard delivery == nil else { throw invalid("delay and deliver_at exclude each other.") }
    delivery = time
  }

  private func decode(
    _ value: JSONValue, _ name: String, into buffer: ByteBuffer
  ) throws(Problem) -> UnsafeRawBufferPointer {
    buffer.removeAll()
    guard let text = value.stringBytes, Base64.decode(text, into: buffer) else {
      throw invalid("\(name) must be a string of base64, padded.")
    }
    return buffer.bytes
  }

  private func timestamp(_ value: JSONValue) throws(Problem) -> Int64 {
    let found =
      value.int64
      ?? value.string.flatMap { text in
        Int64(text) == nil ? TimestampText.milliseconds(text) : nil
      }
    guard let found, found >= 0 else {
      throw invalid("timestamp must be RFC 3339 text, or milliseconds since 1970 as a number.")
    }
    return found
  }

  private func addHeaders(_ object: JSONValue) throws(Problem) {
    if object.isNull { return }
    guard object.kind == .object, object.count <= RecordHeaders.countMax else {
      throw invalid("headers must be an object of at most \(RecordHeaders.countMax) members.")
    }
    for (name, value) in object.members {
      if name == "tag" { throw invalid("The header tag is given by the field tag.") }
      switch value.kind {
      case .null: headers.add(name: name.bytes, value: nil)
      case .object:
        guard value.count == 1, let text = value["base64"] else { fallthrough }
        let bytes = try decode(text, "base64", into: decodedHeader)
        headers.add(name: name.bytes, value: bytes)
      default: headers.add(name: name.bytes, value: value.text)
      }
    }
  }

  private func invalid(_ reason: String) -> Problem {
    Problem(.badRequest, "invalid_record", reason)
  }
}
