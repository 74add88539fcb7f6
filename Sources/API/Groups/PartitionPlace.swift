import Broker
import JSON

/// The fields `topic` and `partition` of a body, looked up.
struct PartitionPlace {
  let topic: Topic
  /// `nil` if none was given.
  let partition: Int?

  /// - Parameter known: the other fields the body may have.
  init(_ document: JSONValue, known: [StaticString], _ call: Call) throws(Problem) {
    guard document.kind == .object else {
      throw Problem(.badRequest, "invalid_parameter", "The body must be an object.")
    }
    for (key, _) in document.members {
      guard key == "topic" || key == "partition" || known.contains(where: { key == $0 }) else {
        throw Problem.invalidParameter(key.string, "There is no such field.")
      }
    }
    guard let name = document["topic"]?.string else {
      throw Problem.invalidParameter("topic", "It must name a topic.")
    }
    var number: Int?
    if let value = document["partition"], !value.isNull {
      guard let given = value.int64, given >= 0 else {
        throw Problem.invalidParameter("partition", "It must be a whole number of at least 0.")
      }
      number = Int(given)
    }
    do {
      topic = try call.broker.topic(name)
      if let number { _ = try topic.partition(number) }
    } catch {
      throw Problem(error)
    }
    partition = number
  }
}
