import JSON
import Log

extension TopicConfig {
  /// Why a config was refused: which field, and what it should have been.
  public struct Refusal: Error, Sendable {
    /// The field's name.
    public let field: String
    /// What is wrong with it, as a sentence.
    public let reason: String
    /// True for what a later version will take.
    public let isNotSupportedYet: Bool

    init(_ field: String, _ reason: String, isNotSupportedYet: Bool = false) {
      self.field = field
      self.reason = reason
      self.isNotSupportedYet = isNotSupportedYet
    }
  }

  /// Changes the fields that a JSON object names; `null` sets a limit to none where that is
  /// possible.
  public mutating func merge(_ object: JSONValue) throws(Refusal) {
    guard object.kind == .object else { throw Refusal("config", "It must be an object.") }
    for (key, value) in object.members {
      switch key {
      case "durability":
        guard let name = value.string, let durability = LogSettings.Durability(rawValue: name)
        else { throw Refusal("durability", "It must be \"disk\" or \"memory\".") }
        log.durability = durability
      case "retention_ms":
        log.retentionMilliseconds = try Self.limit(value, "retention_ms", 1...Int64.max)
      case "retention_bytes":
        log.retentionBytes = try Self.limit(value, "retention_bytes", 1...Int64.max)
      case "segment_bytes":
        log.segmentBytes = Int(try Self.number(value, "segment_bytes", 1024...(1 << 31)))
      case "segment_ms":
        log.segmentMilliseconds = try Self.number(value, "segment_ms", 1...Int64.max)
      case "max_record_bytes":
        log.maxRecordBytes = Int(try Self.number(value, "max_record_bytes", 1...(64 << 20)))
      case "compression":
        guard let name = value.string, ["none", "gzip", "lz4", "zstd"].contains(name) else {
          throw Refusal("compression", "It must be \"none\", \"gzip\", \"lz4\" or \"zstd\".")
        }
        if name != "none" {
          throw Refusal(
            "compression", "Only \"none\" is supported so far.", isNotSupportedYet: true)
        }
      default: throw Refusal(key.string, "There is no such field.")
      }
    }
  }

  /// Writes all fields as an object.
  public func write(to json: inout JSONWriter) {
    json.beginObject()
    json.key("durability")
    json.string(log.durability.rawValue)
    json.key("retention_ms")
    Self.write(log.retentionMilliseconds, to: &json)
    json.key("retention_bytes")
    Self.write(log.retentionBytes, to: &json)
    json.key("segment_bytes")
    json.number(log.segmentBytes)
    json.key("segment_ms")
    json.number(log.segmentMilliseconds)
    json.key("max_record_bytes")
    json.number(log.maxRecordBytes)
    json.key("compression")
    json.string("none")
    json.endObject()
  }

  private static func write(_ limit: Int64?, to json: inout JSONWriter) {
    if let limit { json.number(limit) } else { json.null() }
  }

  private static func limit(
    _ value: JSONValue, _ field: String, _ range: ClosedRange<Int64>
  ) throws(Refusal) -> Int64? {
    if value.isNull || value.int64 == -1 { return nil }
    return try number(value, field, range)
  }

  private static func number(
    _ value: JSONValue, _ field: String, _ range: ClosedRange<Int64>
  ) throws(Refusal) -> Int64 {
    guard let number = value.int64, range.contains(number) else {
      let top = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
      throw Refusal(field, "It must be a whole number of at least \(range.lowerBound)\(top).")
    }
    return number
  }
}
