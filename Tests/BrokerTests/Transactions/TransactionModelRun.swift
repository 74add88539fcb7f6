import Log
import Support

@testable import Broker

/// A random walk of real transactions beside their model. Each step throws where they differ.
struct TransactionModelRun {
  struct Difference: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  typealias Place = TransactionModel.Place

  static let places = [("a", 0), ("a", 1), ("b", 0), ("c", 0)]
    .map { Place(topic: $0.0, partition: $0.1) }
  static let partitions = ["a": 2, "b": 1, "c": 1]
  private static let handedMax = 100

  var random: SeededGenerator
  var world: TransactionWorld
  var model: TransactionModel
  private(set) var counts: [String: Int] = [:]
  /// What was done lately, for whoever has to find out why.
  private(set) var trace: [String] = []
  /// Receipts that were given out.
  private var handed: [ReceiptItem] = []
  private var inputs = 0
  var made = 0

  init(seed: UInt64) throws {
    random = SeededGenerator(seed)
    var limits = TransactionLimits()
    limits.checkAfterMilliseconds = 3000
    limits.checkIntervalMilliseconds = 2000
    limits.checksMax = 3
    limits.ageMillisecondsMax = 30_000
    limits.rememberedMilliseconds = 60_000
    limits.rememberedMax = 60
    world = try TransactionWorld(limits: limits)
    try world.make(topics: TransactionModelRun.partitions)
    try world.make(topics: ["in": 1])
    // Nothing dies here: what becomes of the dead is the groups' own model's.
    var config = GroupConfig()
    config.maxAttempts = GroupConfig.attemptsMax
    let groups = world.groups
    try world.wait { groups.put("c", config, sink: InlineSink(), $0) }
    model = TransactionModel(limits: limits)
  }

  /// Does something at random.
  mutating func step() throws {
    switch random.below(1000) {
    case 0..<250: try prepare()
    case 250..<340: try commit()
    case 340..<360: try commitSeveral()
    case 360..<380: try commitKilled()
    case 380..<395: try commitFilled()
    case 395..<405: try commitUndecided()
    case 405..<450: try rollBack()
    case 450..<640: try check()
    case 640..<820: try pass()
    case 820..<880: try receive()
    case 880..<900: try settle()
    case 900..<904: try seek()
    case 904..<910: try turnTopic()
    case 927..<945: try cancel()
    case 910..<914, 945..<950: try truncate()
    case 914..<918: try snapshot()
    case 918..<924: try kill()
    case 924..<927: try reopen()
    default: try compare()
    }
  }

  /// Ends the walk: everything undecided is given up.
  mutating func finish() throws {
    for _ in 0..<100 { try pass() }
    try compare(all: true)
    world.stop()
  }

  mutating func count(_ name: String, _ number: Int = 1) {
    counts[name, default: 0] += number
    trace.append(name)
    if trace.count > 100 { trace.removeFirst(50) }
  }

  /// Tells whether a place's topic stands.
  var stands: (Place) -> Bool {
    let catalog = world.catalog
    return { catalog.topics[$0.topic] != nil }
  }

  private mutating func anyUndecided() -> TransactionModel.Entry? {
    model.undecided.randomElement(using: &random)
  }

  /// In the order of their numbers: the same seed takes the same walk.
  private mutating func anyEntry() -> TransactionModel.Entry? {
    model.entries.keys.sorted().randomElement(using: &random).map { model.entries[$0]! }
  }

  /// At most two receipts' items, different ones.
  private mutating func anyHanded() -> [ReceiptItem] {
    let chosen = handed.suffix(8).shuffled(using: &random).prefix(2)
    return chosen.first == chosen.last ? Array(chosen.prefix(1)) : Array(chosen)
  }

  // MARK: - Preparing and deciding

  private mutating func prepare() throws {
    if random.oneIn(3) { try receive() }
    var lanes: [TransactionModel.Lane] = []
    var records: [(topic: String, partition: Int, value: String, time: DeliveryTime)] = []
    made += 1
    for place in TransactionModelRun.places where stands(place) {
      if random.oneIn(2) {
        let values = (0...random.below(3)).map { "\(made)-\(place.topic)\(place.partition)-\($0)" }
        lanes.append(TransactionModel.Lane(place: place, values: values))
        records += values.map { (place.topic, place.partition, $0, .now) }
      }
      // Behind all partitions of the topic.
      if place.partition == TransactionModelRun.partitions[place.topic]! - 1, random.oneIn(3) {
        let lane = delayedLane(place.topic)
        lanes.append(lane)
        records += zip(lane.deliveries, lane.values).map { delivery, value in
          (place.topic, delivery.partition, value, delivery.time)
        }
      }
    }
    let items = random.oneIn(3) ? anyHanded() : []
    guard !lanes.isEmpty || !items.isEmpty else { return }
    let held =
      try items.isEmpty
      ? [] : world.groups.group("c").holds(items.map { Receipt(items: [$0]) })
    guard held == items.map(model.holds) else {
      throw Difference("\(items) hold: \(held), not \(items.map(model.holds))")
    }
    if held.contains(false) { return count("stale at prepare") }
    // Nobody asks after r's: those end by age.
    let group = ["p", "p", "q", "q", "r"].randomElement(using: &random)!
    let checkAfter = random.oneIn(2) ? nil : Int64(1000 * (1 + random.below(8)))
    let draft = try world.draft(
      records: records, group: group, checkAfter: checkAfter,
      acks: items.isEmpty ? [] : [TransactionAcks(group: "c", items: items)])
    let real = try world.prepare(draft)
    model.entries[real.id.number] = TransactionModel.Entry(
      id: real.id, group: group, preparedAt: world.now,
      nextCheck: world.now + (checkAfter ?? model.limits.checkAfterMilliseconds), lanes: lanes,
      acks: items)
    count("prepared")
  }

  private mutating func commit() throws {
    guard let entry = anyUndecided() ?? anyEntry() else { return }
    let chosen = random.oneIn(8) ? anyEntry()! : entry
    let number = chosen.id.number
    switch chosen.state {
    case .prepared: try commitOpen(chosen)
    // Who commits it again waits until it is finished.
    case .committing: try expectOpposite(chosen) { [world] in try world.rollBack(chosen.id) }
    case .committed:
      guard try isRemembered(chosen) else { return }
      guard try world.commit(chosen.id).state == .committed else {
        throw Difference("\(number) was committed")
      }
    case .rolledBack:
      guard try isRemembered(chosen) else { return }
      try expectOpposite(chosen) { [world] in try world.commit(chosen.id) }
    }
  }

  private mutating func commitOpen(_ entry: TransactionModel.Entry) throws {
    let stands = stands
    let number = entry.id.number
    let isGood = model.decideCommit(number, now: world.now, stands: stands)
    do {
      let real = try world.commit(entry.id)
      guard isGood else { throw Difference("\(number) was committed with stale receipts") }
      guard real.state == .committed else { throw Difference("\(number) is \(real.state)") }
      if real.lanes.contains(where: { $0.fate == .dropped }) { count("dropped") }
      conclude(real, stands)
      count("committed")
    } catch BrokerError.receiptsStale {
      guard !isGood else { throw Difference("\(number) was refused for its receipts") }
      count("stale")
    }
  }

  private mutating func commitSeveral() throws {
    let stands = stands
    let chosen = model.undecided.shuffled(using: &random).prefix(4)
    guard chosen.count > 1 else { return }
    let world = world
    let outcomes = try world.together(chosen.map(\.id))
    for (entry, outcome) in zip(chosen, outcomes) {
      let isGood = model.decideCommit(entry.id.number, now: world.now, stands: stands)
      switch outcome {
      case .success(let real):
        guard isGood else { throw Difference("\(entry.id) was committed with stale receipts") }
        conclude(real, stands)
      case .failure(let error):
        guard !isGood, error == .receiptsStale else { throw Difference("\(entry.id): \(error)") }
      }
    }
    count("several")
  }

  private mutating func rollBack() throws {
    let open = random.oneIn(2) ? anyUndecided() : nil
    guard let entry = open ?? anyEntry() else { return }
    switch entry.state {
    case .prepared:
      guard try world.rollBack(entry.id).state == .rolledBack else {
        throw Difference("\(entry.id) was not rolled back")
      }
      model.rollBack(entry.id.number, .client, now: world.now)
      count("rolled back")
    case .committing: try expectOpposite(entry) { [world] in try world.rollBack(entry.id) }
    case .committed:
      guard try isRemembered(entry) else { return }
      try expectOpposite(entry) { [world] in try world.rollBack(entry.id) }
    case .rolledBack:
      guard try isRemembered(entry) else { return }
      _ = try world.rollBack(entry.id)
    }
  }

  private mutating func expectOpposite(
    _ entry: TransactionModel.Entry, _ decide: () throws -> Transaction
  ) throws {
    do {
      let real = try decide()
      throw Difference("\(entry.id) was decided twice: \(real.state)")
    } catch BrokerError.transactionDecided(let state) {
      guard (state == .rolledBack) == (entry.state == .rolledBack) else {
        throw Difference("\(entry.id) is \(entry.state), not \(state)")
      }
    } catch BrokerError.receiptsStale {
      guard entry.cause == .receipts else { throw Difference("\(entry.id): \(entry.state)") }
    }
    count("opposite")
  }

  /// Whether the outcome is still known; it may be forgotten only when it should be.
  private func isRemembered(_ entry: TransactionModel.Entry) throws -> Bool {
    if (try? world.transactions.transaction(entry.id)) != nil { return true }
    let isRecent = model.decided.suffix(40).contains(entry.id.number)
    let isYoung = entry.decidedAt + model.limits.rememberedMilliseconds > world.now
    if isRecent, isYoung { throw Difference("\(entry.id) was forgotten too early") }
    return false
  }

  // MARK: - Troubles

  /// A kill at some moment of a commit, and perhaps another one in the recovery from it.
  private mutating func commitKilled() throws {
    let stands = stands
    if !model.pending.isEmpty { try pass() }
    guard let entry = anyUndecided(), entry.acks.allSatisfy(model.holds) else { return }
    let number = entry.id.number
    try world.settle()
    let plan = TransactionWorld.Plan(interruption: .kill, looks: random.below(14))
    world.plan.withLock { $0 = plan }
    _ = model.decideCommit(number, now: world.now, stands: stands)
    try world.commit(entry.id)
    let wasKilled = world.plan.withLock { $0?.left != nil }
    if wasKilled { count("killed in a commit") }
    try revive()
  }

  /// A disk that is full from some moment of a commit on.
  private mutating func commitFilled() throws {
    let stands = stands
    guard let entry = anyUndecided(), entry.acks.allSatisfy(model.holds) else { return }
    let number = entry.id.number
    try world.settle()
    let plan = TransactionWorld.Plan(interruption: .fill, looks: random.below(10))
    world.plan.withLock { $0 = plan }
    _ = model.decideCommit(number, now: world.now, stands: stands)
    do {
      conclude(try world.commitWhileFull(entry.id), stands)
    } catch BrokerError.log(.outOfSpace) {
      let real = try world.transactions.transaction(entry.id)
      guard real.state == .committing else { throw Difference("\(number) is \(real.state)") }
      deliver()
      for (index, lane) in real.lanes.enumerated() {
        switch lane.fate {
        case .stored, .scheduled: model.store(number, lane: index, lane)
        default: break
        }
      }
      count("filled")
    }
    try world.makeRoom()
    world.plan.withLock { $0 = nil }
    if random.oneIn(4) { try kill() }
  }

  /// A disk that was full before the decision could be written.
  private mutating func commitUndecided() throws {
    guard let entry = anyUndecided(), entry.acks.allSatisfy(model.holds) else { return }
    world.files.faults.setRoom(0)
    do {
      if random.oneIn(2) { try world.commit(entry.id) } else { try world.rollBack(entry.id) }
      throw Difference("\(entry.id) was decided on a full disk")
    } catch BrokerError.log(.outOfSpace) {
      count("undecided by a full disk")
    }
    try world.makeRoom()
  }

  private mutating func kill() throws {
    try world.settle()
    count("killed")
    try revive()
  }

  /// The next server after a kill, and what it must have made of everything.
  private mutating func revive() throws {
    let stands = stands
    let held = model.undecided.flatMap { $0.acks.filter(model.holds) }
    let isKilledAgain = random.oneIn(2)
    world = try world.killed(
      plan: isKilledAgain
        ? TransactionWorld.Plan(interruption: .kill, looks: random.below(4)) : nil)
    if world.plan.withLock({ $0?.left != nil }) {
      count("killed in recovery")
      world = try world.killed()
    }
    world.plan.withLock { $0 = nil }
    for number in model.pending { try conclude(number, stands) }
    try followChecks()
    try followGroup()
    for item in held where !model.holds(item) { throw Difference("\(item) was forgotten") }
    try compare(all: true)
  }

  /// That somebody has looked may be forgotten, in part.
  private mutating func followChecks() throws {
    for entry in model.undecided {
      let real = try world.transactions.transaction(entry.id)
      guard real.checks <= entry.checks else {
        throw Difference("\(entry.id) was checked \(real.checks) times")
      }
      model.entries[entry.id.number]!.checks = real.checks
      model.entries[entry.id.number]!.nextCheck = real.nextCheck
    }
  }

  /// What was delivered may be forgotten, what is done may not.
  private mutating func followGroup() throws {
    guard let group = try? world.groups.group("c") else { return }
    var found: [Int64: TransactionModel.Message] = [:]
    group.state.withLock { state in
      guard let partition = state.partition("in", 0) else { return }
      for offset in 0..<partition.progress.next {
        found[offset] = TransactionModel.Message(
          attempt: 0, epoch: partition.progress.epoch, isHeld: false, isDone: true)
      }
      partition.progress.runs.forEach { run in
        for offset in run.range {
          found[offset] = TransactionModel.Message(
            attempt: run.attempt, epoch: partition.progress.epoch, isHeld: run.condition.isHeld)
        }
      }
    }
    let done = Set(found.filter(\.value.isDone).keys)
    let expected = Set(model.messages.filter(\.value.isDone).keys)
    guard done == expected else {
      throw Difference("done are \(done.symmetricDifference(expected).sorted()) otherwise")
    }
    model.messages = found
  }

  private mutating func reopen() throws {
    if !model.pending.isEmpty { try pass() }
    world = try world.reopened()
    count("reopened")
    try followChecks()
    try compare(all: true)
  }

  private mutating func turnTopic() throws {
    let place = Place(topic: "c", partition: 0)
    // A topic that goes before its transactions are known to be done: a test of its own has that.
    try world.settle()
    guard world.transactions.state.withLock({ $0.unnoted.isEmpty }) else { return }
    if stands(place) {
      try world.delete("c")
      deliver()
      model.drop("c")
    } else {
      try world.make(topics: ["c": 1])
    }
    count("turned")
  }

  private mutating func truncate() throws {
    let place = TransactionModelRun.places.randomElement(using: &random)!
    guard stands(place) else { return }
    let log = try world.partition(place.topic, place.partition)
    let end = log.offsets.highWatermark
    guard world.delays.noteArrivals(), world.transactions.noteArrivals() else {
      return count("not truncated")
    }
    _ = try log.truncate(before: end)
    count("truncated")
  }

  private mutating func snapshot() throws {
    try world.transactions.snapshot()
    try world.groups.journal.snapshot(world.groups.writeSnapshot)
    count("snapshots")
  }

  // MARK: - Time and checks

  private mutating func pass() throws {
    let stands = stands
    try world.settle()
    world.clock.advance(milliseconds: [1, 300, 1000, 1000, 2000].randomElement(using: &random)!)
    let isDue = model.pending.isEmpty
    world.transactions.advance(to: world.now)
    try world.settle()
    deliver()
    let before = model.undecided.count
    let causes = model.decided.count
    model.advance(to: world.now)
    for number in model.decided[causes...] {
      count("ended by \(model.entries[number]!.cause!.word)")
    }
    guard before == model.undecided.count + model.decided.count - causes else {
      throw Difference("the model counts wrongly")
    }
    world.transactions.state.withLock { $0.stuckRest = Rest() }
    world.transactions.finishStuck(now: world.now) { _ in }
    try world.settle()
    if !isDue {
      for number in model.pending { try conclude(number, stands) }
      count("finished late")
    }
    for number in model.decided.dropLast(200) { model.entries[number] = nil }
    model.decided = model.decided.suffix(200)
  }

  private mutating func check() throws {
    let group = random.oneIn(2) ? "p" : "q"
    let limit = 1 + random.below(4)
    let real = world.transactions.takeDue(group, limit: limit, now: world.now)
    let expected = model.takeDue(group, limit: limit, now: world.now)
    guard real.map(\.id) == expected.map(\.id), real.map(\.checks) == expected.map(\.checks),
      real.map(\.nextCheck) == expected.map(\.nextCheck)
    else { throw Difference("due are \(real.map(\.id)), not \(expected.map(\.id))") }
    count("checked", real.count)
  }

  // MARK: - The group

  private mutating func receive() throws {
    for _ in 0..<random.below(3) {
      try world.produce("in-\(inputs)", to: "in", 0)
      inputs += 1
    }
    for item in try world.receive("in", max: 1 + random.below(3)) {
      let known = model.messages[item.offset]
      guard known?.isDone != true, item.attempt == (known?.attempt ?? 0) + 1 else {
        throw Difference("\(item) came after \(String(describing: known))")
      }
      model.messages[item.offset] = TransactionModel.Message(
        attempt: item.attempt, epoch: item.epoch, isHeld: true)
      handed.append(item)
    }
    handed = handed.suffix(TransactionModelRun.handedMax)
  }

  private mutating func settle() throws {
    guard let item = handed.randomElement(using: &random) else { return }
    let group = try world.groups.group("c")
    let isAck = random.oneIn(2)
    let holds = model.holds(item)
    var counted = false
    let now = world.now
    try world.wait { completion in
      counted =
        group.settle(
          [Receipt(items: [item])], isAck ? .ack : .nack(delayMilliseconds: 0), now: now, random: 0,
          sink: InlineSink(), completion)[0]
    }
    // Only an ack may come twice.
    if holds != counted, !isAck || holds { throw Difference("\(item) counted: \(!holds)") }
    guard holds else { return }
    if isAck {
      model.messages[item.offset]!.isDone = true
    } else {
      model.messages[item.offset]!.isHeld = false
    }
  }

  private mutating func seek() throws {
    guard let topic = world.catalog.topics["in"], let group = try? world.groups.group("c") else {
      return
    }
    let end = topic.partitions[0].offsets.highWatermark.value
    let target = max(0, end - Int64(random.below(10)))
    try world.wait { group.seek(topic, to: [(0, Offset(target))], sink: InlineSink(), $0) }
    for offset in 0..<end {
      model.messages[offset] =
        offset < target
        ? TransactionModel.Message(attempt: 0, epoch: 0, isHeld: false, isDone: true) : nil
    }
    count("sought")
  }

  // MARK: - Comparing

  private mutating func compare(all: Bool = false) throws {
    let real = world.transactions.undecided(of: nil, after: nil, limit: .max)
    guard real.map(\.id) == model.undecided.map(\.id) else {
      throw Difference("undecided are \(real.map(\.id)), not \(model.undecided.map(\.id))")
    }
    for (entry, transaction) in zip(model.undecided, real) { try compare(entry, transaction) }
    let standing = world.transactions.standing
    guard standing.undecided == real.count, standing.committing == model.pending.count,
      standing.oldestPreparedAt == real.first?.preparedAt
    else { throw Difference("\(standing) is not \(real.count), \(model.pending.count)") }
    if real.isEmpty, model.pending.isEmpty, standing.bytes != 0 {
      throw Difference("\(standing.bytes) bytes are held for nothing")
    }
    for number in model.decided.suffix(all ? 40 : 5) {
      guard let entry = model.entries[number], try isRemembered(entry) else { continue }
      try compare(entry, world.transactions.transaction(entry.id))
    }
    try compareLogs(all: all)
    if all || random.oneIn(4) { try compareWaiting() }
  }

  private func compare(_ entry: TransactionModel.Entry, _ real: Transaction) throws {
    guard real.state == entry.state, real.producerGroup == entry.group,
      real.checks == entry.checks || entry.state != .prepared && real.checks < entry.checks,
      real.rollbackCause == entry.cause,
      real.preparedAt == entry.preparedAt, real.acked == entry.acks.count,
      real.lanes.map(\.count) == entry.lanes.map(\.values.count),
      real.lanes.map({ $0.fate == .dropped }) == entry.lanes.map(\.isDropped),
      real.lanes.map(\.keys) == entry.lanes.map(\.keys)
    else { throw Difference("\(entry.id) is \(real), not \(entry)") }
  }
}
