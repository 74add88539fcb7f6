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
  let files = FaultyFileSystem()
  let data: DataDirectory
  let catalog: Catalog
  let groups: Groups
  let transactions: Transactions
  let plan: Lock<Plan?>
  let reports = Lock<[String]>([])

  init(
    in directory: TemporaryDirectory = TemporaryDirectory(), clock: ManualClock = ManualClock(),
    limits: TransactionLimits = TransactionLimits(), plan: Plan? = nil
  ) throws {
    self.directory = directory
    self.clock = clock
    self.plan = Lock(plan)
    let data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: clock,
      metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    self.data = data
    let catalog = try Catalog(engine: data, clock: clock, limits: BrokerLimits()) { _ in }
    self.catalog = catalog
    let groupJournal = GroupJournal(try data.openJournal("groups"), clock: clock) {
      data.wakeWriter()
    }
    groups = try Groups(
      journal: groupJournal, topics: catalog.topics, limits: BrokerLimits())
    let journal = TransactionJournal(try data.openJournal("transactions"), clock: clock) {
      data.wakeWriter()
    }
    // Tests wait for whatever else runs: nobody looks while topics are made or go.
    let topics = SchedulerOwned(catalog)
    let look = TransactionWorld.look(self.plan, directory, files)
    transactions = try Transactions(journal: journal, limits: limits, groups: groups) { name in
      guard let topic = topics.value.topics[name] else { return nil }
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
          case .kill: now.left = try? directory.copy()
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
      _ = try catalog.create(name, partitions: partitions, config: TopicConfig(log: settings))
    }
  }

  /// What the next server finds when this one stops cleanly.
  func reopened(limits: TransactionLimits? = nil) throws -> TransactionWorld {
    data.close()
    return try TransactionWorld(
      in: directory, clock: clock, limits: limits ?? transactions.limits)
  }

  /// What the next server finds when this one is killed now, or was at the moment that was planned.
  func killed(plan next: Plan? = nil) throws -> TransactionWorld {
    let left = plan.withLock { $0?.left }
    let copy = try left ?? directory.copy()
    files.faults.clear()
    data.close()
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

  /// Waits until everything that was handed to the writer so far has come to its end.
  func settle() throws {
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
  }

  func partition(_ topic: String, _ number: Int) throws -> any RecordLog {
    guard let topic = catalog.topics[topic] else { throw BrokerError.topicNotFound(topic) }
    return try topic.partition(number)
  }

  /// A transaction with these values, by topic and partition.
  func draft(
    _ records: [(topic: String, partition: Int, value: String)], group: String = "p",
    checkAfter: Int64? = nil, acks: [TransactionAcks] = []
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
          partition: record.partition)
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
    return try groups.findOrMake("c").receive(request, now: now).parts.flatMap { part in
      part.runs.flatMap { run in
        run.range.map { offset in
          ReceiptItem(
            id: part.id, epoch: part.epoch, offset: offset, count: 1, attempt: run.attempt)
        }
      }
    }
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
