import Log

/// Reads an event of delayed records back from where it was written.
struct DelayEventReader: EventReading {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The event that these bytes, all of them, are.
  static func read(_ bytes: UnsafeRawBufferPointer) throws(MalformedEvent) -> DelayEvent {
    var reader = DelayEventReader(bytes)
    guard let kind = DelayEvent.Kind(rawValue: try reader.number()) else { throw MalformedEvent() }
    let event: DelayEvent
    switch kind {
    case .added: event = .added(try reader.addition())
    case .announced: event = .announced(try reader.pieces())
    case .settled:
      var fates: [(number: Int64, fate: DelayPiece.Fate)] = []
      for _ in 0..<(try reader.count()) {
        let number: Int64 = try reader.number()
        guard let fate = DelayPiece.Fate(rawValue: try reader.number()) else {
          throw MalformedEvent()
        }
        fates.append((number, fate))
      }
      event = .settled(fates)
    case .cancelled:
      let topic: UInt32 = try reader.number()
      event = .cancelled(topic: topic, try reader.key())
    case .topicGone: event = .topicGone(try reader.number())
    case .stateWithoutTransactions: event = .state(try reader.snapshot())
    case .state:
      var snapshot = try reader.snapshot()
      snapshot.transactions = try reader.transactions()
      event = .state(snapshot)
    }
    guard reader.position == bytes.count else { throw MalformedEvent() }
    return event
  }

  private mutating func addition() throws(MalformedEvent) -> DelayAddition {
    let topic: UInt32 = try number()
    let name = try text()
    let producer: Int64 = try number()
    let epoch: Int16 = try number()
    let sequence: Int32 = try number()
    let first: UInt64 = try number()
    let count = try count()
    let entries = try take(count * DelayedRecords.entryBytes)
    let addition = DelayAddition(
      topic: topic, name: name,
      stamp: producer < 0
        ? nil : ProducerStamp(id: producer, epoch: epoch, sequence: sequence),
      first: first, count: count, entries: entries, records: try take(try self.count()))
    guard addition.isWhole else { throw MalformedEvent() }
    return addition
  }

  private mutating func pieces() throws(MalformedEvent) -> [DelayAnnouncement] {
    var pieces: [DelayAnnouncement] = []
    for _ in 0..<(try count()) {
      let number: Int64 = try number()
      let topic: UInt32 = try self.number()
      let partition: UInt32 = try self.number()
      let end = Offset(try self.number())
      var keys: [DelayKey] = []
      for _ in 0..<(try count()) { keys.append(try key()) }
      pieces.append(
        DelayAnnouncement(
          number: number, topic: topic, partition: partition, end: end, keys: keys))
    }
    return pieces
  }

  private mutating func snapshot() throws(MalformedEvent) -> DelaySnapshot {
    var snapshot = DelaySnapshot()
    snapshot.nextNumber = try number()
    snapshot.nextPiece = try number()
    snapshot.nextTopic = try number()
    snapshot.nextFile = try number()
    for _ in 0..<(try count()) {
      let id: UInt32 = try number()
      let name = try text()
      let waiting = try size()
      let isGone: UInt8 = try number()
      snapshot.topics.append(
        (id, DelayTopics.Topic(name: name, waiting: waiting, isGone: isGone != 0)))
    }
    for _ in 0..<(try count()) {
      let number: UInt32 = try number()
      let bytes = try size()
      snapshot.files.append(
        DelaySnapshot.RecordFile(number: number, bytes: bytes, live: try size()))
    }
    for _ in 0..<(try count()) { snapshot.buckets.append(try bucket()) }
    snapshot.pieces = try pieces()
    let forgotten: Int64 = try number()
    snapshot.forgottenThrough = forgotten < 0 ? nil : forgotten
    for _ in 0..<(try count()) {
      let topic: UInt32 = try number()
      let place = DelayProducers.Place(topic: topic, producer: try number())
      snapshot.producers[place] = try standing()
    }
    return snapshot
  }

  private mutating func transactions() throws(MalformedEvent) -> DelayTransactions {
    var transactions = DelayTransactions()
    for _ in 0..<(try count()) {
      let transaction: Int64 = try number()
      let topic = try text()
      transactions.restore(transaction, topic: topic, first: try number())
    }
    return transactions
  }

  private mutating func standing() throws(MalformedEvent) -> DelayProducers.Standing {
    let epoch: Int16 = try number()
    var standing = DelayProducers.Standing(
      epoch: epoch, latestMilliseconds: try number(), requests: [])
    for _ in 0..<(try count()) {
      let sequence: Int32 = try number()
      let first: UInt64 = try number()
      let count = try count()
      var dues: [Int64] = []
      for _ in 0..<(try self.count()) { dues.append(try number()) }
      guard dues.count == 1 || dues.count == min(count, DelayedRecords.listedMax) else {
        throw MalformedEvent()
      }
      standing.requests.append(
        DelayedRequest(sequence: sequence, first: first, count: count, dues: dues))
    }
    return standing
  }

  private mutating func bucket() throws(MalformedEvent) -> DelaySnapshot.Bucket {
    let number: UInt32 = try number()
    let level = Int(try self.number() as UInt8)
    guard DelayLevel.all.indices.contains(level) else { throw MalformedEvent() }
    let from: Int64 = try self.number()
    let records: UInt32 = try self.number()
    let count = try size()
    let earliest: Int64 = try self.number()
    var words: [UInt64] = []
    for _ in 0..<(try self.count()) { words.append(try self.number()) }
    return DelaySnapshot.Bucket(
      number: number, level: level, from: from, records: records, count: count,
      earliest: earliest, done: DelayMarks(words: words))
  }

  private mutating func key() throws(MalformedEvent) -> DelayKey {
    let due: Int64 = try number()
    return DelayKey(due: due, number: try number())
  }

  private mutating func count() throws(MalformedEvent) -> Int { Int(try number() as UInt32) }

  private mutating func size() throws(MalformedEvent) -> Int {
    guard let size = Int(exactly: try number() as UInt64) else { throw MalformedEvent() }
    return size
  }
}
