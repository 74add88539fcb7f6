import Broker
import JSON
import Log

/// What a receive asks for:
/// `{"topics":["t"],"tags":[…],"max_records":32,"max_bytes":…,"wait":"20s","lease":"60s"}`.
struct ReceiveBody {
  private static let recordsByDefault = 32
  private static let bytesByDefault = 1 << 20
  private static let bytesMax = 1 << 30

  private(set) var topics: [String] = []
  private(set) var tags: [Tag]?
  private(set) var maxRecords: Int?
  private(set) var maxBytes = ReceiveBody.bytesByDefault
  private(set) var waitMilliseconds = 0
  private(set) var leaseMilliseconds: Int64?
  private(set) var values = ValueForm.auto

  init(_ document: JSONValue, waitMax: Int) throws(Problem) {
    guard document.kind == .object else {
      throw Problem(.badRequest, "invalid_parameter", "The body must be an object.")
    }
    for (key, value) in document.members {
      switch key {
      case "topics": topics = try ReceiveBody.topics(value)
      case "tags": tags = try ReceiveBody.tags(value)
      case "max_records":
        maxRecords = try ReceiveBody.count(value, "max_records", max: ReceiveRequest.recordsMax)
      case "max_bytes":
        maxBytes = try ReceiveBody.count(value, "max_bytes", max: ReceiveBody.bytesMax)
      case "wait":
        waitMilliseconds = Int(try ReceiveBody.duration(value, "wait", 0...Int64(waitMax)))
      case "lease":
        leaseMilliseconds = try ReceiveBody.lease(value)
      case "values":
        guard let text = value.string, let form = ValueForm(rawValue: text) else {
          throw Problem.invalidParameter("values", "It must be auto, json, text or base64.")
        }
        values = form
      default: throw Problem.invalidParameter(key.string, "There is no such field.")
      }
    }
    if topics.isEmpty {
      throw Problem.invalidParameter("topics", "It must name at least one topic.")
    }
  }

  /// The most messages that an answer may hold; raw ones come in whole batches, as many as fit.
  func recordsMax(isRaw: Bool) -> Int {
    maxRecords ?? (isRaw ? .max : ReceiveBody.recordsByDefault)
  }

  /// A lease's length.
  static func lease(_ value: JSONValue) throws(Problem) -> Int64 {
    try duration(value, "lease", 1...GroupConfig.leaseMillisecondsMax)
  }

  /// A duration within limits, in milliseconds.
  static func duration(
    _ value: JSONValue, _ name: String, _ range: ClosedRange<Int64>
  ) throws(Problem) -> Int64 {
    guard let text = value.string, let time = DurationText.milliseconds(text),
      range.contains(time)
    else {
      throw Problem.invalidParameter(
        name,
        "It must be a duration like 30s, from \(DurationText.text(range.lowerBound)) to "
          + "\(DurationText.text(range.upperBound)).")
    }
    return time
  }

  private static func topics(_ value: JSONValue) throws(Problem) -> [String] {
    guard value.kind == .array, (1...ReceiveRequest.topicsMax).contains(value.count) else {
      throw Problem.invalidParameter(
        "topics", "It must be an array of 1 to \(ReceiveRequest.topicsMax) names.")
    }
    var names: [String] = []
    for element in value.elements {
      guard let name = element.string else {
        throw Problem.invalidParameter("topics", "A name must be a text.")
      }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  private static func tags(_ value: JSONValue) throws(Problem) -> [Tag]? {
    do {
      return try GroupConfig.tags(value)
    } catch {
      throw Problem.invalidParameter(error.field, error.reason)
    }
  }

  private static func count(
    _ value: JSONValue, _ name: String, max: Int
  ) throws(Problem) -> Int {
    guard let number = value.int64, (1...Int64(max)).contains(number) else {
      throw Problem.invalidParameter(name, "It must be a whole number from 1 to \(max).")
    }
    return Int(number)
  }
}
