import Broker

/// What a group knows, message by message and without a thought for speed: the measure for the
/// real one.
struct GroupModel {
  /// A message that was begun and is not done.
  struct Open: Equatable {
    enum Kind { case leased, waiting, dying }
    var kind: Kind
    var attempt: Int
    var due: Int64
    /// True if it is among the dead letters already.
    var isMoved = false
  }

  struct Place: Hashable {
    var topic: String
    var partition: Int
  }

  /// A partition as the group sees it.
  struct Partition: Equatable {
    var next: Int64 = 0
    var epoch = 0
    var open: [Int64: Open] = [:]
    var lost = 0
  }

  /// What a receipt stands for.
  struct Item {
    var place: Place
    var epoch: Int
    var range: Range<Int64>
    var attempt: Int
  }

  enum Standing { case current, done, stale }

  let config: GroupConfig
  var partitions: [Place: Partition] = [:]

  /// What time brings.
  mutating func advance(to now: Int64) {
    for place in partitions.keys {
      for (offset, open) in partitions[place]!.open
      where open.kind == .leased && open.due <= now && open.attempt >= config.maxAttempts {
        partitions[place]!.open[offset]!.kind = .dying
      }
    }
  }

  /// True if a message that was begun may be delivered again.
  func isFree(_ open: Open, now: Int64) -> Bool { open.kind != .dying && open.due <= now }

  func standing(_ item: Item) -> Standing {
    guard let partition = partitions[item.place], partition.epoch == item.epoch,
      item.range.upperBound <= partition.next
    else { return .stale }
    let open = item.range.compactMap { partition.open[$0] }
    if open.isEmpty { return .done }
    return open.allSatisfy { $0.kind == .leased && $0.attempt == item.attempt } ? .current : .stale
  }

  /// Settles what the receipts of one request stand for, all as they are before any takes effect;
  /// gives for each whether it counts.
  mutating func settle(
    _ receipts: [[Item]], _ settlement: Settlement, now: Int64
  ) -> [Bool] {
    let before = self
    return receipts.map { items in
      let counts = items.allSatisfy { item in
        let standing = before.standing(item)
        return standing == .current || standing == .done && settlement == .ack
      }
      guard counts else { return false }
      for item in items {
        for offset in item.range {
          guard let open = before.partitions[item.place]!.open[offset] else { continue }
          partitions[item.place]!.open[offset] = settled(open, settlement, now)
        }
      }
      return true
    }
  }

  private func settled(_ open: Open, _ settlement: Settlement, _ now: Int64) -> Open? {
    var open = open
    switch settlement {
    case .ack: return nil
    case .extend(let lease): open.due = now + lease
    case .bury: open.kind = .dying
    case .nack(let delay):
      let ladder = config.backoffMilliseconds
      open.kind = open.attempt >= config.maxAttempts ? .dying : .waiting
      open.due = now + (delay ?? ladder[min(open.attempt, ladder.count) - 1])
    }
    return open
  }

  /// Goes on from another offset.
  mutating func seek(_ place: Place, to offset: Int64) {
    let epoch = partitions[place, default: Partition()].epoch + 1
    let lost = partitions[place]!.lost
    partitions[place] = Partition(next: offset, epoch: epoch, lost: lost)
  }

  /// Moves past what was deleted.
  mutating func clip(_ place: Place, to start: Int64) {
    guard var partition = partitions[place] else { return }
    let gone = partition.open.keys.filter { $0 < start }
    partition.lost += gone.count + Int(max(0, start - partition.next))
    for offset in gone { partition.open[offset] = nil }
    partition.next = max(partition.next, start)
    partitions[place] = partition
  }

  /// Moves the dying ones to the dead letters; gives those that have not been moved before.
  mutating func moveDying() -> [(place: Place, offset: Int64)] {
    var moved: [(place: Place, offset: Int64)] = []
    for place in partitions.keys {
      for (offset, open) in partitions[place]!.open where open.kind == .dying {
        if !open.isMoved { moved.append((place, offset)) }
        partitions[place]!.open[offset]!.isMoved = true
      }
    }
    return moved
  }

  /// What was moved is done.
  mutating func forgetMoved() {
    for place in partitions.keys {
      partitions[place]!.open = partitions[place]!.open.filter { !$0.value.isMoved }
    }
  }
}
