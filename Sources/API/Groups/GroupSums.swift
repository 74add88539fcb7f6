import Broker
import JSON

/// A group at a glance: what stands in its partitions, summed up, its own dead letters apart.
struct GroupSums {
  let name: String
  /// Messages that are not done.
  let lag: Int
  /// Messages that are leased.
  let inFlight: Int
  /// Messages that wait for another delivery.
  let waiting: Int
  /// Dead letters that nobody has dealt with.
  let dead: Int
  private let deadLetterTopic: String

  init(_ group: Group, _ standings: [GroupStanding], _ broker: Broker) {
    name = group.name
    deadLetterTopic = group.deadLetterTopic
    let letters = deadLetterTopic
    let own = standings.filter { $0.topic != letters }
    lag = own.reduce(0) { $0 + $1.lag }
    inFlight = own.reduce(0) { $0 + $1.inFlight }
    waiting = own.reduce(0) { $0 + $1.waiting + $1.dying }
    dead = broker.openDeadLetters(of: group)
  }

  /// The sums' fields, into an object that is open.
  func writeFields(to json: inout JSONWriter) {
    json.key("name")
    json.string(name)
    json.key("lag")
    json.number(lag)
    json.key("in_flight")
    json.number(inFlight)
    json.key("waiting")
    json.number(waiting)
    json.key("dead")
    json.number(dead)
    json.key("dead_letter_topic")
    json.string(deadLetterTopic)
  }

  /// The sums as one object.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    writeFields(to: &json)
    json.endObject()
  }
}
