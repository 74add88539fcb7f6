import Log

/// The latest requests of each producer that brought delayed records, by topic: five, as Kafka
/// remembers them. Their records may be delivered or cancelled long since.
struct DelayProducers: Sendable {
  static let requestsMax = 5
  /// So many times of records are kept for all producers together; who has sent nothing for the
  /// longest is forgotten first.
  static let duesMax = 2_000_000

  struct Place: Hashable, Sendable {
    let topic: UInt32
    let producer: Int64
  }

  struct Standing: Sendable, Equatable {
    var epoch: Int16
    /// When the last one came, in milliseconds since 1970.
    var latestMilliseconds: Int64
    /// The oldest first.
    var requests: [DelayedRequest]
  }

  private(set) var standings: [Place: Standing] = [:]
  private var dues = 0
  /// When the latest of those that were forgotten was last heard of, in milliseconds since 1970.
  var forgottenThrough: Int64?

  /// Takes in a request, unless it is known.
  mutating func note(_ addition: DelayAddition, now: Int64) {
    // The server's own work has a memory of its own (`DelayTransactions`).
    guard let stamp = addition.stamp, !stamp.isOwnWork else { return }
    let place = Place(topic: addition.topic, producer: stamp.id)
    var standing =
      standings[place] ?? Standing(epoch: stamp.epoch, latestMilliseconds: now, requests: [])
    guard stamp.epoch >= standing.epoch else { return }
    if stamp.epoch > standing.epoch {
      standing.requests.removeAll()
      standing.epoch = stamp.epoch
    }
    if let last = standing.requests.last, last.sequence >= stamp.sequence { return }
    standing.requests.append(DelayedRequest(addition, sequence: stamp.sequence))
    if standing.requests.count > DelayProducers.requestsMax { standing.requests.removeFirst() }
    standing.latestMilliseconds = max(standing.latestMilliseconds, now)
    put(standing, at: place)
    shrink()
  }

  /// Sets a producer to what a snapshot says.
  mutating func restore(_ place: Place, _ standing: Standing) {
    put(standing, at: place)
  }

  /// Forgets all that concerns a topic.
  mutating func forget(topic: UInt32) {
    for place in standings.keys where place.topic == topic { put(nil, at: place) }
  }

  private mutating func put(_ standing: Standing?, at place: Place) {
    dues += DelayProducers.dues(standing) - DelayProducers.dues(standings[place])
    standings[place] = standing
  }

  private mutating func shrink() {
    guard dues > DelayProducers.duesMax else { return }
    let oldest = standings.sorted {
      ($0.value.latestMilliseconds, $0.key.producer)
        < ($1.value.latestMilliseconds, $1.key.producer)
    }
    for (place, standing) in oldest.dropLast() where dues > DelayProducers.duesMax / 2 {
      put(nil, at: place)
      forgottenThrough = max(forgottenThrough ?? 0, standing.latestMilliseconds)
    }
  }

  private static func dues(_ standing: Standing?) -> Int {
    // A request counts for what it takes beside its times.
    standing?.requests.reduce(0) { $0 + $1.dues.count + 8 } ?? 0
  }
}
