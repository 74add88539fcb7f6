import Log

@testable import Broker

/// What is known of transactions, written down plainly: the measure for the real ones.
struct TransactionModel {
  struct Place: Hashable {
    var topic: String
    var partition: Int
  }

  struct Lane {
    var place: Place
    var values: [String]
    /// Partitions and times, if these are delivered later.
    var deliveries: [(partition: Int, time: DeliveryTime)] = []
    /// Once they are scheduled.
    var keys: [DelayKey] = []
    var isPending = false
    var isDropped = false
  }

  /// A record that is to be delivered.
  struct Waiting {
    var key: DelayKey
    var place: Place
    var value: String
  }

  struct Entry {
    var id: TransactionID
    var group: String
    var preparedAt: Int64
    var checks = 0
    var nextCheck: Int64
    var lanes: [Lane]
    /// Offsets of the input, with the delivery that is to be acked.
    var acks: [ReceiptItem]
    var state = TransactionState.prepared
    var cause: RollbackCause?
    var decidedAt: Int64 = 0
  }

  /// A message of the input, once it was delivered.
  struct Message {
    var attempt: UInt16
    var epoch: UInt32
    var isHeld: Bool
    var isDone = false
  }

  let limits: TransactionLimits
  var entries: [Int64: Entry] = [:]
  /// Everything that was ever seen, by partition.
  var logs: [Place: [String]] = [:]
  var messages: [Int64: Message] = [:]
  /// What waits for its time, and what of that was delivered, by partition, or taken back.
  var waiting: [Waiting] = []
  var delivered: [Place: [String]] = [:]
  var past: [DelayKey] = []
  /// The decided ones, as they were decided.
  var decided: [Int64] = []
  /// Committed ones that are not stored yet, as they were decided.
  var pending: [Int64] = []

  var undecided: [Entry] {
    entries.values.filter { $0.state == .prepared }.sorted { $0.id.number < $1.id.number }
  }

  /// True if a transaction may ack this now.
  func holds(_ item: ReceiptItem) -> Bool {
    guard let message = messages[item.offset] else { return false }
    return !message.isDone && message.isHeld && message.attempt == item.attempt
      && message.epoch == item.epoch
  }

  /// A commit is decided; gives false, and rolls back, if its receipts are not good.
  mutating func decideCommit(_ number: Int64, now: Int64, stands: (Place) -> Bool) -> Bool {
    guard entries[number]!.acks.allSatisfy(holds) else {
      rollBack(number, .receipts, now: now)
      return false
    }
    entries[number]!.state = .committing
    entries[number]!.decidedAt = now
    for item in entries[number]!.acks { messages[item.offset]!.isDone = true }
    for index in entries[number]!.lanes.indices {
      if stands(entries[number]!.lanes[index].place) {
        entries[number]!.lanes[index].isPending = true
      } else {
        entries[number]!.lanes[index].isDropped = true
      }
    }
    pending.append(number)
    return true
  }

  /// A lane is seen, or what is to be delivered later waits under the keys that it was given.
  mutating func store(_ number: Int64, lane index: Int, _ real: TransactionLane) {
    let lane = entries[number]!.lanes[index]
    guard lane.isPending else { return }
    entries[number]!.lanes[index].isPending = false
    if lane.deliveries.isEmpty { return logs[lane.place, default: []] += lane.values }
    guard case .scheduled(let first, _) = real.fate else { return }
    let decidedAt = entries[number]!.decidedAt
    for (offset, (partition, time)) in lane.deliveries.enumerated() {
      let key = DelayKey(
        due: max(time.due(now: decidedAt), decidedAt), number: first + UInt64(offset))
      entries[number]!.lanes[index].keys.append(key)
      waiting.append(
        Waiting(
          key: key, place: Place(topic: lane.place.topic, partition: partition),
          value: lane.values[offset]))
    }
  }

  /// What is due is delivered, in the order of the keys.
  mutating func deliver(now: Int64) -> Int {
    let due = waiting.filter { $0.key.due <= now }.sorted { $0.key < $1.key }
    waiting.removeAll { $0.key.due <= now }
    for record in due { delivered[record.place, default: []].append(record.value) }
    past += due.map(\.key)
    return due.count
  }

  /// A topic goes, with all that waits for it.
  mutating func drop(_ topic: String) {
    past += waiting.filter { $0.place.topic == topic }.map(\.key)
    waiting.removeAll { $0.place.topic == topic }
    logs = logs.filter { $0.key.topic != topic }
    delivered = delivered.filter { $0.key.topic != topic }
  }

  /// All that is left of it is seen, or has nowhere to go any more.
  mutating func conclude(_ real: Transaction, stands: (Place) -> Bool) {
    let number = real.id.number
    for index in entries[number]!.lanes.indices where entries[number]!.lanes[index].isPending {
      if stands(entries[number]!.lanes[index].place) {
        store(number, lane: index, real.lanes[index])
      } else {
        entries[number]!.lanes[index].isPending = false
        entries[number]!.lanes[index].isDropped = true
      }
    }
    entries[number]!.state = .committed
    pending.removeAll { $0 == number }
    decided.append(number)
  }

  mutating func rollBack(_ number: Int64, _ cause: RollbackCause, now: Int64) {
    entries[number]!.state = .rolledBack
    entries[number]!.cause = cause
    entries[number]!.decidedAt = now
    decided.append(number)
  }

  /// Those whose check is due, the longest first; each counts as checked.
  mutating func takeDue(_ group: String, limit: Int, now: Int64) -> [Entry] {
    let due = undecided.filter {
      $0.group == group && $0.nextCheck <= now && $0.checks < limits.checksMax
    }
    .sorted { ($0.nextCheck, $0.id.number) < ($1.nextCheck, $1.id.number) }.prefix(limit)
    for entry in due {
      entries[entry.id.number]!.checks += 1
      entries[entry.id.number]!.nextCheck = now + limits.checkIntervalMilliseconds
    }
    return due.map { entries[$0.id.number]! }
  }

  /// What time brings.
  mutating func advance(to now: Int64) {
    for entry in undecided {
      if entry.checks >= limits.checksMax, entry.nextCheck <= now {
        rollBack(entry.id.number, .checks, now: now)
      } else if entry.preparedAt + limits.ageMillisecondsMax <= now {
        rollBack(entry.id.number, .age, now: now)
      }
    }
  }
}
