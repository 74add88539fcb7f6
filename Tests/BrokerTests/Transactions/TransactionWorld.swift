import Foundation
import Log
import Metrics
import Platform
import Support

@testable import Broker

/// Transactions over real logs in a directory of their own, without the scheduler: time passes, and
/// what the scheduler does is done, when a test says so.
final class TransactionWorld {
  /// What happens at an append to a partition.
  enum Interruption: Sendable {
    /// The directory is copied as a kill at that moment would leave it.
    case kill
    /// From then on the disk is full.
    case fill
  }

  /// When something is to happen, and what came of it.
  struct Plan: Sendable {
    var interruption: Interruption
    /// Counted down with every look before and after an append.
    var looks: Int
    var left: TemporaryDirectory?
    var isDone = false
  }

  let directory: TemporaryDirectory
  let clock: ManualClock
  let files: FaultyFileSystem
  let data: DataDirectory
  let catalog: Catalog
  let groups: Groups
  let delays: Delays
  let transactions: Transactions
  let plan: Lock<Plan?>
  let reports = Lock<[String]>([])
  private let standing: Lock<[String: Topic]>

  init(
    in directory: TemporaryDirectory = TemporaryDirectory(), clock: ManualClock = ManualClock(),
    limits: TransactionLimits = TransactionLimits(), plan: Plan? = nil,
    brokerLimits: BrokerLimits = BrokerLimits(), files: FaultyFileSystem = FaultyFileSystem()
  ) throws {
    self.directory = directory
    self.files = files
    self.clock = clock
    self.plan = Lock(plan)
    let look = TransactionWorld.look(self.plan, directory, files)
    // Appends to partitions are looked at on both sides, writes for later before each.
    files.faults.watchWrites { path in if path.contains("/state/scheduled/") { look() } }
    let data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: clock,
      metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    self.data = data
    let catalog = try Catalog(engine: data, clock: clock, limits: brokerLimits) { _ in }
    self.catalog = catalog
    let standing = Lock(catalog.topics)
    self.standing = standing
    delays = try Delays(
      engine: data, clock: clock, topics: catalog.topics, limits: brokerLimits,
      metrics: DelayMetrics(MetricsRegistry()),
      topicNamed: { name in standing.withLock { $0[name] } },
      report: { [reports] text in reports.withLock { $0.append(text) } })
    let groupJournal = GroupJournal(try data.openJournal("groups"), clock: clock) {
      data.wakeWriter()
    }
    groups = try Groups(
      journal: groupJournal, topics: catalog.topics, limits: BrokerLimits())
    let journal = TransactionJournal(try data.openJournal("transactions"), clock: clock) {
      data.wakeWriter()
    }
    transactions = try Transactions(
      journal: journal, limits: limits, groups: groups, delays: delays
    ) { name in
      guard let topic = standing.withLock({ $0[name] }) else { return nil }
      return Topic(
        name: topic.name, config: topic.config,
        partitions: topic.partitions.map { InterruptedLog($0, before: look, after: look) },
        producers: topic.producers)
    }
    transactions.finishCommitted { text in reports.withLock { $0.append(text) } }
  }

  private static func look(
    _ plan: Lock<Plan?>, _ directory: TemporaryDirectory, _ files: FaultyFileSystem
  ) -> @Sendable () -> Void {
    {
      plan.withLock { plan in
        guard var now = plan, !now.isDone else { return }
        now.looks -= 1
        if now.looks < 0 {
          now.isDone = true
          switch now.interruption {
          case .kill: now.left = try? files.faults.frozen { try directory.copy() }
          case .fill: files.faults.setRoom(0)
          }
        }
        plan = now
      }
    }
  }

  var now: Int64 { clock.wallMilliseconds() }

  /// Makes topics that keep what they get in memory, so that steps are quick.
  func make(topics: [String: Int], durability: LogSettings.Durability = .memory) throws {
    for (name, partitions) in topics {
      let settings = LogSettings(durability: durability, segmentBytes: 64 << 10)
      let topic = try catalog.create(
        name, partitions: partitions, config: TopicConfig(log: settings)
      ).topic
      standing.withLock { $0[name] = topic }
    }
  }

  /// Deletes a topic, and what waits for it.
  func delete(_ name: String) throws {
    try catalog.delete(name)
    standing.withLock { $0[name] = nil }
    try delays.forget(topic: name) { data.wakeWriter() }
  }

  /// Ends the threads; what they were about to do is left to the next server.
  func stop() {
    delays.stop()
    groups.journal.handOverNotes()
    data.close()
  }

  /// What the next server finds when this one stops cleanly.
  func reopened(limits: TransactionLimits? = nil) throws -> TransactionWorld {
    stop()
    return try TransactionWorld(
      in: directory, clock: clock, limits: limits ?? transactions.limits)
  }

  /// What the next server finds when this one is killed now, or was at the moment that was planned.
  func killed(plan next: Plan? = nil) throws -> TransactionWorld {
    let left = plan.withLock { $0?.left }
    let copy = try left ?? files.faults.frozen { try directory.copy() }
    files.faults.clear()
    files.faults.watchWrites(nil)
    stop()
    return try TransactionWorld(
      in: copy, clock: clock, limits: transactions.limits, plan: next)
  }

  // MARK: - Doing and waiting

  @discardableResult
  func wait<Value: Sendable>(
    _ body: (@escaping @Sendable (Result<Value, BrokerError>) -> Void) throws -> Void
  ) throws -> Value {
    let answer = Lock<Result<Value, BrokerError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    try body { outcome in
      answer.withLock { $0 = outcome }
      done.signal()
    }
    data.wakeWriter()
    done.wait()
    return try answer.withLock { $0 }!.get()
  }

  /// Waits until everything that was handed over so far has come to its end.
  func settle() throws {
    try settleWriter()
    delays.settle()
    try settleWriter()
  }

  private func settleWriter() throws {
    for _ in 0..<3 {
      let done = DispatchSemaphore(value: 0)
      let log = try partition("a", 0)
      log.append(BatchBuilder().finish(), acknowledgement: .written, sink: InlineSink()) { _ in
        done.signal()
      }
      data.wakeWriter()
      done.wait()
    }
  }

  /// The disk is not full any more, and the groups' journal is mended as the scheduler would do it.
  func makeRoom() throws {
    try settle()
    files.faults.clear()
    try groups.snapshotWhenDue()
    // Those who deliver later rest for as long as that takes.
    clock.rest(milliseconds: DelayRounds.restMilliseconds)
    try settle()
  }

  func partition(_ topic: String, _ number: Int) throws -> any RecordLog {
    guard let topic = catalog.topics[topic] else { throw BrokerError.topicNotFound(topic) }
    return try topic.partition(number)
  }

  /// A transaction with these values, by topic and partition, delivered at once.
  func draft(
    _ records: [(topic: String, partition: Int, value: String)], group: String = "p",
    checkAfter: Int64? = nil, acks: [TransactionAcks] = []
  ) throws -> TransactionDraft {
    try draft(
      records: records.map { ($0.topic, $0.partition, $0.value, .now) }, group: group,
      checkAfter: checkAfter, acks: acks)
  }

  /// A transaction with these values, by topic, partition and time.
  func draft(
    records: [(topic: String, partition: Int, value: String, time: DeliveryTime)],
    group: String = "p", checkAfter: Int64? = nil, acks: [TransactionAcks] = []
  ) throws -> TransactionDraft {
    let draft = transactions.makeDraft(
      producerGroup: group, checkAfterMilliseconds: checkAfter, now: now, sink: InlineSink())
    for record in records {
      guard let topic = catalog.topics[record.topic] else {
        throw BrokerError.topicNotFound(record.topic)
      }
      try Array(record.value.utf8).withUnsafeBytes { value in
        try draft.production(for: topic).add(
          key: nil, value: value, headers: RecordHeaders(), timestamp: nil,
          partition: record.partition, delivery: record.time)
      }
    }
    draft.acks = acks
    return draft
  }

  func prepare(_ draft: TransactionDraft) throws -> Transaction {
    try wait { transactions.prepare(draft, sink: InlineSink(), $0) }
  }

  @discardableResult
  func commit(_ id: TransactionID) throws -> Transaction {
    try wait { transactions.commit(id, now: now, sink: InlineSink(), $0) }
  }

  /// Commits on a disk that is full, or becomes so. What lies in the journal of those who deliver
  /// later and cannot be sorted in is answered for when there is room: then that is made.
  func commitWhileFull(_ id: TransactionID) throws -> Transaction {
    let answer = Lock<Result<Transaction, BrokerError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    transactions.commit(id, now: now, sink: InlineSink()) { outcome in
      answer.withLock { $0 = outcome }
      done.signal()
    }
    data.wakeWriter()
    if done.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
      try makeRoom()
      done.wait()
    }
    return try answer.withLock { $0 }!.get()
  }

  @discardableResult
  func rollBack(_ id: TransactionID) throws -> Transaction {
    try wait { transactions.rollBack(id, now: now, sink: InlineSink(), $0) }
  }

  /// Commits these at once, in order, and waits for all.
  func together(_ ids: [TransactionID]) throws -> [Result<Transaction, BrokerError>] {
    let answers = Lock<[Int: Result<Transaction, BrokerError>]>([:])
    let done = DispatchSemaphore(value: 0)
    for (index, id) in ids.enumerated() {
      transactions.commit(id, now: now, sink: InlineSink()) { outcome in
        answers.withLock { $0[index] = outcome }
        done.signal()
      }
    }
    data.wakeWriter()
    for _ in ids { done.wait() }
    return answers.withLock { answers in ids.indices.map { answers[$0]! } }
  }

  /// Produces plainly, beside all transactions.
  func produce(_ value: String, to topic: String, _ number: Int) throws {
    let builder = BatchBuilder()
    Array(value.utf8).withUnsafeBytes {
      builder.append(key: nil, value: $0, headers: RecordHeaders(), timestamp: now)
    }
    let log = try partition(topic, number)
    try wait { completion in
      log.append(builder.finish(), acknowledgement: .committed, sink: InlineSink()) { outcome in
        completion(outcome.mapError { .log($0) })
      }
    }
  }

  /// Receives messages of a topic, each with its receipt.
  func receive(_ topic: String, max: Int, lease: Int64 = 5000) throws -> [ReceiptItem] {
    guard let topic = catalog.topics[topic] else { throw BrokerError.topicNotFound(topic) }
    let request = ReceiveRequest(
      topics: [topic], tags: nil, maxRecords: max, maxBytes: 1 << 20, leaseMilliseconds: lease,
      fromOnePartition: false)
    return try groups.findOrMake("c").receiveKnowing(request, now: now).parts.flatMap { part in
      part.runs.flatMap { run in
        run.range.map { offset in
          ReceiptItem(
            id: part.id, epoch: part.epoch, offset: offset, count: 1, attempt: run.attempt)
        }
      }
    }
  }

  /// Everything that waits to be delivered, by the time at which it is.
  func waiting() throws -> [DelayedRecord] {
    var request = DelayPage.Request()
    request.max = .max - 2
    return try delays.page(request, bytesMax: .max).records
  }

  /// Takes a record back that waits.
  func cancel(_ key: DelayKey) throws {
    let _: Void = try wait { delays.cancel(key, sink: InlineSink(), $0) }
  }

  /// The values of a partition from an offset on.
  func values(_ topic: String, _ number: Int, from: Int64 = 0) throws -> [String] {
    let log = try partition(topic, number)
    var values: [String] = []
    var next = max(Offset(from), log.offsets.logStart)
    while next < log.offsets.highWatermark {
      let slice = try log.read(ReadRequest(offset: next, maxBytes: 1 << 20))
      try GroupWorld.forEachRecord(of: slice) { record in
        guard record.offset >= next, let value = record.value else { return }
        values.append(String(decoding: value, as: UTF8.self))
      }
      next = slice.nextOffset
    }
    return values
  }
}
