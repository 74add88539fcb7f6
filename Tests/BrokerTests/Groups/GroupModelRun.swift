import Log
import Support

@testable import Broker

/// A random walk of a real group beside its model. Each step throws where they differ.
struct GroupModelRun {
  struct Difference: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private struct Handed {
    var receipt: Receipt
    var items: [GroupModel.Item]
  }

  private static let topics = ["orders": 2, "mail": 1]
  private static let places = [("orders", 0), ("orders", 1), ("mail", 0)]
    .map { GroupModel.Place(topic: $0.0, partition: $0.1) }
  private static let tags: [String?] = [nil, "a", "b"]
  private static let keys: [String?] = [nil, "x", "y", "z"]
  private static let handedMax = 200

  private var random: SeededGenerator
  private var world: GroupWorld
  private var model: GroupModel
  /// The model as it stood when the journal was last written for sure, and after each step since:
  /// what a killed server leaves is one of them.
  private var survivors: [GroupModel]
  /// The tag of every message that was produced.
  private var produced: [GroupModel.Place: [String?]] = [:]
  /// And its key.
  private var keys: [GroupModel.Place: [String?]] = [:]
  private var handed: [Handed] = []
  private var deaths: [DeadLetter.Origin: Int] = [:]
  private(set) var counts: [String: Int] = [:]
  /// What was done lately, for whoever has to find out why.
  private(set) var trace: [String] = []

  init(_ config: GroupConfig, seed: UInt64) throws {
    random = SeededGenerator(seed)
    world = try GroupWorld(config)
    try world.settle(topics: GroupModelRun.topics, segmentBytes: 4096)
    model = GroupModel(config: config)
    survivors = [model]
    for place in GroupModelRun.places { (produced[place], keys[place]) = ([], []) }
  }

  /// Does something at random.
  mutating func step() throws {
    switch random.below(1000) {
    case 0..<180: try produce()
    case 180..<480: try receive()
    case 480..<800: try settle()
    case 800..<930: try wait()
    case 930..<950: try settleForged()
    case 950..<960: try seek()
    case 960..<970: try truncate()
    case 970..<990: try bury()
    case 990..<993: try snapshot()
    case 993..<996: try reopen(isKilled: true)
    case 996..<997: try reopen(isKilled: false)
    default: try compare()
    }
    if survivors.last?.partitions != model.partitions { survivors.append(model) }
  }

  /// Ends the walk: everything that is left dies or is done, and the dead letters are all there.
  mutating func finish() throws {
    try bury()
    try compare()
    var found: [DeadLetter.Origin: Int] = [:]
    for origin in try world.origins() { found[origin, default: 0] += 1 }
    guard found == deaths else { throw Difference("dead letters: \(found) are not \(deaths)") }
    world.data.close()
  }

  // MARK: - Steps

  private mutating func produce() throws {
    let place = anyPlace()
    let tags = (0...random.below(5)).map { _ in GroupModelRun.tags.randomElement(using: &random)! }
    let keys = tags.map { _ in GroupModelRun.keys.randomElement(using: &random)! }
    try world.produce(tags, keys: keys, to: place.topic, place.partition)
    produced[place]! += tags
    self.keys[place]! += keys
    count("produced", tags.count)
  }

  private mutating func receive() throws {
    let isRaw = random.oneIn(4)
    let names = random.oneIn(2) ? ["orders", "mail"] : [random.oneIn(2) ? "orders" : "mail"]
    let wanted: [String]? = random.oneIn(5) ? ["a"] : nil
    let request = ReceiveRequest(
      topics: try names.map { try world.topic($0) }, tags: wanted?.compactMap { Tag($0) },
      maxRecords: 1 + random.below(12), maxBytes: 1 << 20,
      leaseMilliseconds: Int64(1000 * (1 + random.below(8))), fromOnePartition: isRaw)
    let before = model
    let lease = try world.group.receiveKnowing(request, now: world.now)
    for part in lease.parts {
      trace.append("\(part.topic)-\(part.partition) \(part.runs.map(\.range))")
      try take(part, request, before)
    }
    for place in GroupModelRun.places where names.contains(place.topic) {
      try passOver(place, wanted, before, lease)
    }
    // Where keys had to be looked up first, other partitions' messages are answer enough.
    let isExhausted = lease.count < request.maxRecords && !(isRaw || model.config.isOrdered)
    if isExhausted || lease.parts.isEmpty { try expectNothingFree(names, wanted) }
    keepReceipts(lease, isRaw: isRaw)
    count("leased", lease.count)
  }

  private mutating func settle() throws {
    guard !handed.isEmpty else { return }
    let chosen = (0...random.below(4)).map { _ in handed.randomElement(using: &random)! }
    let settlement: Settlement
    switch random.below(20) {
    case 0..<12: settlement = .ack
    case 12..<15: settlement = .nack(delayMilliseconds: nil)
    case 15: settlement = .nack(delayMilliseconds: 0)
    case 16: settlement = .nack(delayMilliseconds: 3000)
    case 17: settlement = .bury
    default: settlement = .extend(leaseMilliseconds: 4000)
    }
    let expected = model.settle(chosen.map(\.items), settlement, now: world.now)
    let counted = try world.settle(chosen.map(\.receipt), settlement)
    trace.append("\(settlement) \(chosen.map { $0.items.map(\.range) }) \(counted) \(world.now)")
    guard counted == expected else {
      throw Difference("\(settlement) of \(chosen.map(\.items)): \(counted), not \(expected)")
    }
    // Nothing was written if nothing counted.
    if counted.contains(true) { survivors = [model] }
    count("\(settlement)".prefix { $0 != "(" }.description, counted.count { $0 })
    count("stale", counted.count { !$0 })
  }

  private mutating func settleForged() throws {
    guard let known = handed.randomElement(using: &random) else { return }
    var items = known.receipt.items
    switch random.below(3) {
    case 0: items[0].id &+= 1000
    case 1: items[0].epoch &-= 1
    default: items[0].offset += 1 << 40
    }
    let counted = try world.settle([Receipt(items: items), nil], .ack)
    guard counted == [false, false] else { throw Difference("a forged receipt counted") }
  }

  private mutating func wait() throws {
    world.clock.advance(milliseconds: [1, 500, 1000, 1000, 3000].randomElement(using: &random)!)
    _ = try world.group.advance(to: world.now)
    model.advance(to: world.now)
  }

  private mutating func seek() throws {
    let place = anyPlace()
    let log = try world.topic(place.topic).partition(place.partition)
    let offsets = log.offsets
    let span = Int(offsets.highWatermark - offsets.logStart)
    let back = min(span, random.oneIn(4) ? span : random.below(60))
    let target = offsets.highWatermark.value - Int64(back)
    let group = try world.group
    let topic = try world.topic(place.topic)
    try world.wait {
      group.seek(topic, to: [(place.partition, Offset(target))], sink: InlineSink(), $0)
    }
    model.seek(place, to: target)
    survivors = [model]
    count("seeks", 1)
  }

  private mutating func truncate() throws {
    let place = anyPlace()
    let log = try world.topic(place.topic).partition(place.partition)
    let behind = Int64(random.below(400))
    let target = max(log.offsets.logStart.value, log.offsets.highWatermark.value - behind)
    _ = try log.truncate(before: Offset(target))
    try clip()
    count("truncated", 1)
  }

  private mutating func bury() throws {
    try world.bury()
    for (place, offset) in model.moveDying() {
      let origin = DeadLetter.Origin(
        group: "g", topic: place.topic, partition: place.partition, offset: offset)
      deaths[origin, default: 0] += 1
      count("buried", 1)
    }
    // That they have arrived may be found out only by the next server.
    let moved = model
    model.forgetMoved()
    if moved.partitions != model.partitions { survivors = [moved, model] }
  }

  private mutating func snapshot() throws {
    try world.groups.journal.snapshot(world.groups.writeSnapshot)
    survivors = [model]
  }

  private mutating func reopen(isKilled: Bool) throws {
    world = isKilled ? try world.killed() : try world.reopened()
    _ = try world.group.advance(to: world.now)
    if isKilled { model = try survivor() }
    for place in model.partitions.keys { model.partitions[place]!.lost = 0 }
    model.advance(to: world.now)
    survivors = [model]
    model.forgetMoved()
    try clipModel()
    try bury()
    try clip()
    try compare()
    count(isKilled ? "killed" : "reopened", 1)
  }

  /// The one that the real group agrees with.
  private func survivor() throws -> GroupModel {
    var difference: (any Error)?
    for var candidate in survivors.reversed() {
      for place in candidate.partitions.keys { candidate.partitions[place]!.lost = 0 }
      candidate.advance(to: world.now)
      do {
        try compare(with: candidate)
        return candidate
      } catch {
        difference = error
      }
    }
    throw difference ?? Difference("no survivor")
  }

  // MARK: - Comparing

  private func compare() throws { try compare(with: model) }

  private func compare(with model: GroupModel) throws {
    let group = try world.group
    for standing in group.standings(now: world.now) {
      let place = GroupModel.Place(topic: standing.topic, partition: standing.partition)
      let real = try state(of: place)
      guard let known = model.partitions[place] else {
        if standing.topic == GroupWorld.letters || real.open.isEmpty { continue }
        throw Difference("\(place) was begun: \(real)")
      }
      guard real.next == known.next, standing.counts.lost == known.lost else {
        throw Difference("\(place) is at \(standing), not \(known.next), lost \(known.lost)")
      }
      let open = known.open.mapValues { open in
        var open = open
        open.isMoved = false
        if open.kind == .dying { open.due = 0 }
        return open
      }
      guard real.open == open else {
        let differing = Set(real.open.keys).union(open.keys).filter { real.open[$0] != open[$0] }
        let offset = differing.min()!
        throw Difference(
          "\(place) \(offset): \(String(describing: real.open[offset])), "
            + "not \(String(describing: open[offset]))")
      }
      let leased = open.values.count { $0.kind == .leased && $0.due > world.now }
      let dying = open.values.count { $0.kind == .dying }
      guard standing.inFlight == leased, standing.dying == dying,
        standing.waiting == open.count - leased - dying,
        standing.floor == open.keys.min() ?? known.next
      else { throw Difference("\(place) counts wrongly: \(standing)") }
    }
  }

  /// What the real group knows of a partition, message by message.
  private func state(of place: GroupModel.Place) throws -> GroupModel.Partition {
    try world.group.state.withLock { state in
      var found = GroupModel.Partition()
      guard let partition = state.partition(place.topic, place.partition) else { return found }
      found.next = partition.progress.next
      partition.progress.runs.forEach { run in
        let open = GroupModel.Open(
          kind: run.condition == .dying ? .dying : run.condition == .waiting ? .waiting : .leased,
          attempt: Int(run.attempt), due: run.condition == .dying ? 0 : run.due)
        for offset in run.range { found.open[offset] = open }
      }
      return found
    }
  }

  /// Checks what was leased of a partition, and notes it.
  private mutating func take(
    _ part: LeasedPart, _ request: ReceiveRequest, _ before: GroupModel
  ) throws {
    let place = GroupModel.Place(topic: part.topic, partition: part.partition)
    let known = before.partitions[place] ?? GroupModel.Partition()
    let given = Set(part.runs.flatMap { Array($0.range) })
    for run in part.runs {
      for offset in run.range {
        let tag = produced[place]![Int(offset)].flatMap { Tag($0) }
        if let tags = request.tags, !tags.contains(where: { $0 == tag }) {
          throw Difference("\(place) \(offset) has another tag")
        }
        if offset < known.next {
          guard let open = known.open[offset], model.isFree(open, now: world.now),
            Int(run.attempt) == open.attempt + 1
          else { throw Difference("\(place) \(run) of \(String(describing: known.open[offset]))") }
        } else if run.attempt != 1 {
          throw Difference("\(place) \(offset) is new: \(run)")
        }
        let lease = GroupModel.Open(
          kind: .leased, attempt: Int(run.attempt), due: world.now + request.leaseMilliseconds!)
        model.partitions[place, default: GroupModel.Partition()].open[offset] = lease
      }
    }
    if model.config.isOrdered { try expectOrder(place, given, request.tags, known) }
    var values: [String] = []
    try GroupWorld.forEachRecord(of: part.slice) { record in
      if given.contains(record.offset.value) {
        values.append(
          String(
            decoding: record.value ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self))
      }
    }
    guard values == given.sorted().map({ "\(place.topic)-\(place.partition)-\($0)" }) else {
      throw Difference("\(place) \(given.sorted()) came as \(values)")
    }
  }

  /// No message was given while an earlier one of its key was not done, unless that came along for
  /// its first time.
  private func expectOrder(
    _ place: GroupModel.Place, _ given: Set<Int64>, _ tags: [Tag]?, _ known: GroupModel.Partition
  ) throws {
    guard let last = given.max() else { return }
    let start = try world.topic(place.topic).partition(place.partition).offsets.logStart.value
    let new = max(known.next, start)
    let fresh = new..<max(new, last)
    let wanted = fresh.filter { offset in
      guard let tags else { return true }
      let tag = produced[place]![Int(offset)].flatMap { Tag($0) }
      return tags.contains { $0 == tag }
    }
    // What comes again comes without those behind it.
    let holding = known.open.filter { $0.value.attempt > 0 || !given.contains($0.key) }.keys
    for earlier in holding + wanted.filter({ !given.contains($0) }) {
      let key = keys[place]![Int(earlier)]
      if let later = given.first(where: { $0 > earlier && keys[place]![Int($0)] == key }) {
        throw Difference("\(place) \(later) came before \(earlier)")
      }
    }
  }

  /// The messages of a partition that hold a message back: earlier ones of its key.
  private func isHeldBack(
    _ place: GroupModel.Place, _ offset: Int64, besides given: Set<Int64> = []
  ) -> Bool {
    let key = keys[place]![Int(offset)]
    return model.partitions[place]!.open.keys.contains {
      $0 < offset && keys[place]![Int($0)] == key && !given.contains($0)
    }
  }

  /// Follows a partition to where the group now stands: what it passed over has other tags, or is
  /// held back, not by what came along for its first time.
  private mutating func passOver(
    _ place: GroupModel.Place, _ wanted: [String]?, _ before: GroupModel, _ lease: Lease
  ) throws {
    let given = Set(
      lease.parts.filter { $0.topic == place.topic && $0.partition == place.partition }
        .flatMap { $0.runs.filter { $0.attempt == 1 }.flatMap { Array($0.range) } })
    let standings = try world.group.standings(now: world.now)
    guard
      let standing = standings.first(where: {
        $0.topic == place.topic && $0.partition == place.partition
      })
    else { return }
    let old = before.partitions[place]?.next ?? standing.offsets.logStart.value
    model.partitions[place, default: GroupModel.Partition(next: old)].next = standing.next
    guard standing.next >= old else { throw Difference("\(place) went back to \(standing.next)") }
    for offset in old..<standing.next where model.partitions[place]!.open[offset] == nil {
      if let wanted, produced[place]![Int(offset)].map(wanted.contains) != true { continue }
      guard model.config.isOrdered, isHeldBack(place, offset, besides: given) else {
        throw Difference("\(place) \(offset) was passed over")
      }
      model.partitions[place]!.open[offset] = GroupModel.Open(
        kind: .waiting, attempt: 0, due: world.now)
      count("held back", 1)
    }
  }

  private func expectNothingFree(_ names: [String], _ wanted: [String]?) throws {
    for place in GroupModelRun.places where names.contains(place.topic) {
      guard let partition = model.partitions[place] else {
        throw Difference("\(place) was not looked at")
      }
      func isWanted(_ offset: Int64) -> Bool {
        wanted.map { produced[place]![Int(offset)].map($0.contains) == true } ?? true
      }
      if let free = partition.open.first(where: {
        isWanted($0.key) && model.isFree($0.value, now: world.now)
          && !(model.config.isOrdered && isHeldBack(place, $0.key))
      }) {
        throw Difference("\(place) \(free) was left")
      }
      let end = Int64(produced[place]!.count)
      if let fresh = (min(partition.next, end)..<end).first(where: isWanted) {
        throw Difference("\(place) \(fresh) was left, new")
      }
    }
  }

  // MARK: - Helpers

  private mutating func anyPlace() -> GroupModel.Place {
    GroupModelRun.places.randomElement(using: &random)!
  }

  private mutating func clipModel() throws {
    for place in GroupModelRun.places {
      let log = try world.topic(place.topic).partition(place.partition)
      model.clip(place, to: log.offsets.logStart.value)
    }
  }

  private mutating func clip() throws {
    try clipModel()
    let group = try world.group
    group.state.withLock { state in
      let events = GroupEventWriter(buffer: .init())
      for partition in state.all { group.clip(partition, events) }
      if !events.buffer.isEmpty { group.journal.note(events.buffer) }
    }
  }

  private mutating func keepReceipts(_ lease: Lease, isRaw: Bool) {
    guard !lease.parts.isEmpty else { return }
    func item(_ part: LeasedPart, _ range: Range<Int64>, _ attempt: UInt16) -> GroupModel.Item {
      let place = GroupModel.Place(topic: part.topic, partition: part.partition)
      return GroupModel.Item(
        place: place, epoch: model.partitions[place]!.epoch, range: range, attempt: Int(attempt))
    }
    if isRaw {
      let items = lease.parts.flatMap { part in
        part.runs.map { item(part, $0.range, $0.attempt) }
      }
      handed.append(Handed(receipt: Receipt(lease.parts), items: items))
    } else {
      for part in lease.parts {
        for run in part.runs {
          for offset in run.range {
            let real = ReceiptItem(
              id: part.id, epoch: part.epoch, offset: offset, count: 1, attempt: run.attempt)
            handed.append(
              Handed(
                receipt: Receipt(items: [real]),
                items: [item(part, offset..<(offset + 1), run.attempt)]))
          }
        }
      }
    }
    if handed.count > GroupModelRun.handedMax {
      handed.removeFirst(handed.count - GroupModelRun.handedMax)
    }
  }

  private mutating func count(_ name: String, _ number: Int) {
    counts[name, default: 0] += number
    trace.append("\(name) \(number)")
    if trace.count > 100 { trace.removeFirst(50) }
  }
}
