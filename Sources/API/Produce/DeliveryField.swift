import Broker
import JSON

/// `delay` and `deliver_at`: when a record is to be delivered. One of them, or none.
enum DeliveryField {
  private static let delayReason = "It must be a duration like 250ms, 30s, 5m, 1h or 7d."
  private static let timeReason =
    "It must be RFC 3339 text, or milliseconds since 1970 as a number."

  /// What a query says.
  static func time(delay: String?, deliverAt: String?) throws(Problem) -> DeliveryTime? {
    if let delay {
      guard deliverAt == nil else {
        throw Problem.invalidParameter("delay", "delay and deliver_at exclude each other.")
      }
      guard let milliseconds = DurationText.milliseconds(delay) else {
        throw Problem.invalidParameter("delay", delayReason)
      }
      return .after(milliseconds)
    }
    guard let deliverAt else { return nil }
    guard let time = TimestampText.milliseconds(inQuery: deliverAt), time >= 0 else {
      throw Problem.invalidParameter("deliver_at", timeReason)
    }
    return .at(time)
  }

  /// Writes the field into an object that is open; nothing for what is delivered at once.
  static func write(_ delivery: DeliveryTime, to json: inout JSONWriter) {
    switch delivery {
    case .now: return
    case .after(let milliseconds):
      json.key("delay")
      json.string(DurationText.text(milliseconds))
    case .at(let time):
      json.key("deliver_at")
      json.string(TimestampText.text(time))
    }
  }

  /// What a record's field `delay` says.
  static func delay(_ value: JSONValue) throws(Problem) -> DeliveryTime {
    guard let text = value.string, let milliseconds = DurationText.milliseconds(text) else {
      throw Problem(.badRequest, "invalid_record", "delay: \(delayReason)")
    }
    return .after(milliseconds)
  }

  /// What a record's field `deliver_at` says.
  static func deliverAt(_ value: JSONValue) throws(Problem) -> DeliveryTime {
    let found =
      value.int64
      ?? value.string.flatMap { text in
        Int64(text) == nil ? TimestampText.milliseconds(text) : nil
      }
    guard let found, found >= 0 else {
      throw Problem(.badRequest, "invalid_record", "deliver_at: \(timeReason)")
    }
    return .at(found)
  }
}
