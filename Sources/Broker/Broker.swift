import Log
import Metrics
import Platform
import Synchronization

/// What messages mean: topics, groups, delays and transactions, on top of a log engine.
///
/// Lock order: there is one lock here, around the map of topics; under it nothing else is locked.
/// Transactions have one of their own; a group's comes before it, if they meet at all.
/// Delays have two, of which none is taken under the other: one while an event is appended, one
/// around the buckets. A topic's producers have one, under which nothing else is locked; whose turn
/// it is is told outside of it. The catalog belongs to the scheduler's thread and has none. Below,
/// a log's own lock and the writer's mailbox are taken one at a time, never one inside the other.
public final class Broker: Sendable {
  /// Partitions of a topic of which nobody said how many it has.
  public static let partitionsByDefault = 1

  /// How much it takes on.
  public let limits: BrokerLimits
  /// The consumer groups.
  public let groups: Groups
  /// Records that are delivered later.
  public let delays: Delays
  /// Half messages and what became of them.
  public let transactions: Transactions
  /// The thread for catalog changes and repeated work.
  public let scheduler: Scheduler
  private let engine: any LogEngine
  let clock: any Clock
  private let standing: Lock<StandingTopics>
  /// True while dead letters may stand in their topics of which the groups' journal does not tell
  /// on the disk.
  let hasBuried = Atomic(false)
  /// Opened and touched on the scheduler's thread alone.
  private let catalog: SchedulerOwned<Catalog>

  private static let retentionMilliseconds = 30_000
  /// How often leases and retries are looked at: a message comes again at most so much too late.
  private static let leaseMilliseconds = 20

  /// Opens everything the engine holds. Waits for the disk.
  ///
  /// - Parameter report: is told, for people, what was found.
  public init(
    engine: any LogEngine, clock: any Clock, limits: BrokerLimits,
    delayMetrics: DelayMetrics = DelayMetrics(MetricsRegistry()),
    report: @escaping @Sendable (String) -> Void
  ) throws {
    self.engine = engine
    self.clock = clock
    self.limits = limits
    let catalog = try Catalog(engine: engine, clock: clock, limits: limits, report: report)
    let standing = Lock(StandingTopics(catalog.topics))
    self.standing = standing
    let journal = GroupJournal(try engine.openJournal("groups"), clock: clock) {
      engine.wakeWriter()
    }
    groups = try Groups(journal: journal, topics: catalog.topics, limits: limits)
    delays = try Delays(
      engine: engine, clock: clock, topics: catalog.topics, limits: limits,
      metrics: delayMetrics, topicNamed: { name in standing.withLock { $0.byName[name] } },
      report: report)
    let transactionJournal = TransactionJournal(
      try engine.openJournal("transactions"), clock: clock
    ) { engine.wakeWriter() }
    transactions = try Transactions(
      journal: transactionJournal, limits: limits.transactions, groups: groups, delays: delays
    ) { name in standing.withLock { $0.byName[name] } }
    transactions.finishCommitted(report: report)
    self.catalog = SchedulerOwned(catalog)
    scheduler = try Scheduler(clock: clock)
    // Before anything is deleted: what a crash left of dead letters is looked for where they lie.
    scheduler.post([{ [weak self] in self?.advanceGroups(report: report) }])
    scheduler.every(milliseconds: Broker.retentionMilliseconds) { [weak self] in
      self?.enforceRetention(report: report)
    }
    scheduler.every(milliseconds: Broker.leaseMilliseconds) { [weak self] in
      self?.advanceGroups(report: report)
      self?.advanceTransactions(report: report)
    }
  }

  /// A topic by its name.
  public func topic(_ name: String) throws(BrokerError) -> Topic {
    if let topic = standing.withLock({ $0.byName[name] }) { return topic }
    throw TopicName.isValid(name) ? .topicNotFound(name) : .invalidName(name)
  }

  /// All topics, by name. The list is kept until topics change: with thousands of them sorting is
  /// most of what an overview costs.
  public var topics: [Topic] {
    let known = standing.withLock { $0 }
    if let list = known.list { return list }
    let list = known.byName.values.sorted { $0.name < $1.name }
    standing.withLock { $0.keep(list, of: known) }
    return list
  }

  /// Bytes that wait for the log writer.
  public var queuedBytes: Int { engine.queuedBytes }

  /// Begins to write what productions handed over: to be called by a loop at the end of its turn.
  public func wakeWriter() { engine.wakeWriter() }

  /// Why nothing can be stored; `nil` while it can.
  public var whyOffline: String? { engine.whyOffline }

  /// How much room the data has; `nil` when that cannot be told. May wait for the disk.
  public var space: DiskSpace? { engine.space }

  /// Now, in milliseconds since 1970.
  public func now() -> Int64 { clock.wallMilliseconds() }

  /// Makes a topic, or finds that it stands just so; the answer comes on `sink`.
  public func createTopic(
    _ name: String, partitions: Int, config: TopicConfig, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<(topic: Topic, isNew: Bool), BrokerError>) -> Void
  ) {
    change(sink, completion) { [self] catalog throws(BrokerError) in
      try create(name, partitions: partitions, config: config, in: catalog)
    }
  }

  /// The topic of that name, made with the defaults if there is none; the answer comes on `sink`.
  public func findOrCreateTopic(
    _ name: String, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Topic, BrokerError>) -> Void
  ) {
    change(sink, completion) { [self] catalog throws(BrokerError) in
      if let topic = catalog.topics[name] { return topic }
      return try create(
        name, partitions: Broker.partitionsByDefault, config: TopicConfig(), in: catalog
      ).topic
    }
  }

  /// Makes a topic, or finds that it stands just so. It gets nothing that waits for an earlier one
  /// of that name.
  private func create(
    _ name: String, partitions: Int, config: TopicConfig, in catalog: Catalog
  ) throws(BrokerError) -> (topic: Topic, isNew: Bool) {
    if catalog.topics[name] == nil { try forgetDelayed(name) }
    return try catalog.create(name, partitions: partitions, config: config)
  }

  private func forgetDelayed(_ topic: String) throws(BrokerError) {
    do throws(LogError) {
      try delays.forget(topic: topic) { engine.wakeWriter() }
    } catch {
      throw .log(error)
    }
  }

  /// Changes a topic; `edit` gets its config as it then stands. The answer comes on `sink`.
  public func changeTopic(
    _ name: String, partitions: Int?, sink: any JobSink,
    edit: @escaping @Sendable (inout TopicConfig) -> Void,
    _ completion: @escaping @Sendable (Result<Topic, BrokerError>) -> Void
  ) {
    let looksAnew: @Sendable (Result<Topic, BrokerError>) -> Void = { [groups] outcome in
      // Long polls wait for what comes to the new partitions, too.
      if partitions != nil { groups.wakeWaiters() }
      completion(outcome)
    }
    change(sink, looksAnew) { catalog throws(BrokerError) in
      guard let topic = catalog.topics[name] else { throw .topicNotFound(name) }
      var config = topic.config
      edit(&config)
      return try catalog.change(name, partitions: partitions, config: config)
    }
  }

  /// Deletes a topic; the answer comes on `sink`.
  public func deleteTopic(
    _ name: String, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Bool, BrokerError>) -> Void
  ) {
    change(sink, completion) { [self] catalog throws(BrokerError) in
      if catalog.topics[name] != nil { noteArrivals() }
      // Where something of it cannot be removed now it is gone all the same.
      var failure: BrokerError?
      do throws(BrokerError) {
        try catalog.delete(name)
      } catch {
        if catalog.topics[name] != nil { throw error }
        failure = error
      }
      do throws(LogError) {
        try groups.forget(topic: name)
      } catch {
        failure = failure ?? .log(error)
      }
      try forgetDelayed(name)
      if let failure { throw failure }
      return true
    }
  }

  /// Ends leases, frees retries, buries what was delivered too often. For the scheduler's thread.
  func advanceGroups(report: @escaping @Sendable (String) -> Void) {
    let now = clock.wallMilliseconds()
    for group in groups.all where group.advance(to: now) {
      hasBuried.store(true, ordering: .relaxed)
      do {
        try bury(group, report: report)
      } catch {
        group.state.withLock { $0.burialRest.begin(now) }
        report("dead letters of \(group.name): \(error)")
      }
    }
    groups.journal.handOverNotes()
    engine.wakeWriter()
    do {
      try groups.snapshotWhenDue()
    } catch {
      report("snapshot of the groups: \(error)")
    }
  }

  /// Offers what is due for checking, ends what was offered often enough, goes on with commits that
  /// could not be stored. For the scheduler's thread.
  func advanceTransactions(report: (String) -> Void) {
    let now = clock.wallMilliseconds()
    transactions.advance(to: now)
    transactions.finishStuck(now: now, report: report)
    do {
      try transactions.snapshotWhenDue()
    } catch {
      report("snapshot of the transactions: \(error)")
    }
  }

  private func bury(_ group: Group, report: @escaping @Sendable (String) -> Void) throws {
    let name = group.deadLetterTopic
    let catalog = catalog.value
    let topic =
      try catalog.topics[name]
      ?? create(name, partitions: 1, config: TopicConfig(), in: catalog).topic
    show(catalog)
    let burial = Burial(
      group: group, letters: topic.partitions[0], letterTopic: name,
      now: clock.wallMilliseconds(), report: report)
    while try burial.run() {}
  }

  /// Shows everybody what has changed in the catalog. For the scheduler's thread.
  private func show(_ catalog: Catalog) {
    let changes = catalog.takeChanges()
    guard !changes.isEmpty else { return }
    let gone = standing.withLock { $0.apply(changes) }
    withExtendedLifetime(gone) {}
  }

  /// Ends the threads. Catalog changes that wait, and deliveries on their way, are finished first.
  public func stop() {
    scheduler.stop()
    delays.stop()
    groups.journal.handOverNotes()
  }

  /// Does something with the catalog on its thread and shows everybody the outcome.
  func change<Value: Sendable>(
    _ sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Value, BrokerError>) -> Void,
    _ body: @escaping @Sendable (Catalog) throws(BrokerError) -> Value
  ) {
    scheduler.post([
      { [self] in
        let outcome: Result<Value, BrokerError>
        do throws(BrokerError) {
          let value = try body(catalog.value)
          outcome = .success(value)
        } catch {
          outcome = .failure(error)
        }
        show(catalog.value)
        sink.post([{ completion(outcome) }])
      }
    ])
  }
}
