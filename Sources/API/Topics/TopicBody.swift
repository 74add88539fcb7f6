import Broker
import JSON

/// What PUT and PATCH of a topic say: `{"partitions":1,"config":{…}}`, both optional.
struct TopicBody {
  var partitions: Int?
  /// The config's fields as JSON text, already checked.
  var config: [UInt8]?

  init() {}

  init(_ document: JSONValue) throws(Problem) {
    guard document.kind == .object else {
      throw Problem(.badRequest, "invalid_config", "The body must be an object.")
    }
    for (key, value) in document.members {
      switch key {
      case "partitions":
        guard let number = value.int64, number >= 1, number <= Int64(Int32.max) else {
          throw Problem.invalidParameter("partitions", "It must be a whole number of at least 1.")
        }
        partitions = Int(number)
      case "config":
        var scratch = TopicConfig()
        do {
          try scratch.merge(value)
        } catch {
          throw Problem(error)
        }
        config = [UInt8](value.text)
      default:
        throw Problem(.badRequest, "invalid_config", "There is no field \(key.string).")
          .with("field", key.string)
      }
    }
  }

  /// Applies config fields that were checked before: on the catalog's thread, where the config then
  /// stands.
  static func merge(_ fields: [UInt8], into config: inout TopicConfig) {
    let parser = JSONParser()
    fields.withUnsafeBytes { bytes in
      guard let object = try? parser.parse(bytes) else { return }
      try? config.merge(object)
    }
  }
}
