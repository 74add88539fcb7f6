import Broker
import HTTP
import HTTPServer
import Log

/// What a consume request asks for.
struct FetchParameters {
  /// Where to begin.
  enum Start {
    case offset(Offset)
    case earliest
    case latest
    /// The first record not older than this, in milliseconds since 1970.
    case time(Int64)

    /// True for a start that was asked for by its number.
    var isOffset: Bool { if case .offset = self { true } else { false } }
  }

  private static let known = [
    "offset", "from", "max_records", "max_bytes", "wait", "values", "copy",
  ]
  private static let repeatable = ["tag"]
  private static let maxBytesByDefault = 1 << 20

  let start: Start
  let maxRecords: Int
  let maxBytes: Int
  let waitMilliseconds: Int
  let tags: [Tag]?
  let values: ValueForm
  let copy: CopyStrategy?

  init(_ call: Call) throws(Problem) {
    let query = try call.query(known: FetchParameters.known, repeatable: FetchParameters.repeatable)
    start = try FetchParameters.start(query)
    maxRecords = try query.number("max_records", 1...Int.max) ?? .max
    maxBytes = try query.number("max_bytes", 1...Int.max) ?? FetchParameters.maxBytesByDefault
    waitMilliseconds = try FetchParameters.wait(
      query, max: call.service.options.waitMillisecondsMax)
    tags = try FetchParameters.tags(query)
    values = try FetchParameters.valueForm(query)
    copy = try FetchParameters.copyStrategy(query)
  }

  /// The way to copy that a query chooses; `nil` leaves it to the server.
  static func copyStrategy(_ query: QueryParameters) throws(Problem) -> CopyStrategy? {
    guard let text = query.value("copy"), text != "auto" else { return nil }
    guard let strategy = CopyStrategy(rawValue: text) else {
      throw Problem.invalidParameter("copy", "It must be auto, read, mmap or sendfile.")
    }
    return strategy
  }

  /// The form of values that a query chooses.
  static func valueForm(_ query: QueryParameters) throws(Problem) -> ValueForm {
    guard let text = query.value("values") else { return .auto }
    guard let form = ValueForm(rawValue: text) else {
      throw Problem.invalidParameter("values", "It must be auto, json, text or base64.")
    }
    return form
  }

  private static func start(_ query: QueryParameters) throws(Problem) -> Start {
    if let text = query.value("from") {
      guard query.value("offset") == nil else {
        throw Problem.invalidParameter("from", "It excludes offset.")
      }
      guard let time = TimestampText.milliseconds(inQuery: text) else {
        throw Problem.invalidParameter(
          "from", "It must be RFC 3339, or milliseconds since 1970.")
      }
      return .time(time)
    }
    switch query.value("offset") {
    case nil, "earliest": return .earliest
    case "latest": return .latest
    case .some(let text):
      guard let number = Int64(text), number >= 0 else {
        throw Problem.invalidParameter(
          "offset", "It must be a whole number of at least 0, earliest or latest.")
      }
      return .offset(Offset(number))
    }
  }

  private static func wait(_ query: QueryParameters, max: Int) throws(Problem) -> Int {
    guard let text = query.value("wait") else { return 0 }
    guard let milliseconds = DurationText.milliseconds(text), milliseconds <= Int64(max) else {
      throw Problem.invalidParameter(
        "wait", "It must be a duration like 250ms or 20s, of at most \(max / 1000)s.")
    }
    return Int(milliseconds)
  }

  /// The tags that a query chooses, any of them; `nil` for all.
  static func tags(_ query: QueryParameters) throws(Problem) -> [Tag]? {
    let texts = query.values("tag")
    if texts.isEmpty { return nil }
    var tags: [Tag] = []
    for text in texts {
      guard let tag = Tag(text) else { throw ProduceParameters.badTag }
      tags.append(tag)
    }
    return tags
  }
}
