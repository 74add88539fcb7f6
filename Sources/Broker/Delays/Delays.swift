import Log
import Platform

/// Records that are delivered later: kept on the disk however many they are, and appended to their
/// topics when they are due, each once, whatever happens in between.
///
/// Any thread asks; one thread of its own does the work, another waits for the disk in its place.
public final class Delays: Sendable {
  /// What is counted.
  public let metrics: DelayMetrics
  private let buckets = DelayBuckets()
  private let journal: DelayJournal
  private let sink: DelaySink
  private let keeper: DelayKeeper
  private let thread: Thread
  private let clock: any Clock
  /// How many may wait, and how long.
  let limits: BrokerLimits

  /// Reads the journal back. Waits for the disk.
  ///
  /// - Parameters:
  ///   - topics: those that stand; what waits for others is dropped.
  ///   - crowdedEntries: with so many records a stretch of time is cut more finely.
  ///   - placesMax: so many records' entries are in memory.
  ///   - topicNamed: finds one that stands at the moment.
  init(
    engine: any LogEngine, clock: any Clock, topics: [String: Topic], limits: BrokerLimits,
    metrics: DelayMetrics, crowdedEntries: Int = DelayStore.crowdedEntriesByDefault,
    placesMax: Int = DelayRounds.placesMaxByDefault,
    topicNamed: @escaping @Sendable (String) -> Topic?,
    report: @escaping @Sendable (String) -> Void
  ) throws {
    self.clock = clock
    self.limits = limits
    self.metrics = metrics
    let journal = try engine.openJournal("scheduled")
    let files = try engine.openAppendFiles("scheduled")
    let keeper = try DelayKeeper(journal, files)
    self.keeper = keeper
    let sink = DelaySink()
    self.sink = sink
    let store = DelayStore(buckets, files, crowdedEntries: crowdedEntries) { keeper.remove($0) }
    var replay = DelayReplay(journal, store)
    do {
      try replay.run(standing: topics, now: clock.wallMilliseconds())
    } catch {
      keeper.stop()
      throw error
    }
    var ids: [String: UInt32] = [:]
    for (id, name) in replay.topics { ids[name] = id }
    self.journal = DelayJournal(
      journal, clock: clock, sink: sink, nextNumber: replay.snapshot.nextNumber,
      nextTopic: replay.snapshot.nextTopic, topics: ids)
    let rounds = DelayRounds(
      store: store, journal: self.journal, engine: engine, keeper: keeper, clock: clock,
      metrics: metrics, sink: sink, nextPiece: replay.snapshot.nextPiece, fates: replay.fates,
      placesMax: placesMax, topicNamed: topicNamed, report: report)
    // What the journal does not say yet it is told as soon as there is room.
    for name in ids.keys where topics[name] == nil { _ = self.journal.forget(topic: name) }
    engine.wakeWriter()
    let owned = SchedulerOwned(rounds)
    thread = try Thread(name: "delays") { owned.value.run() }
  }

  /// How the waiting records stand.
  public var counts: DelayCounts { buckets.counts }

  /// Now, in milliseconds since 1970.
  func now() -> Int64 { clock.wallMilliseconds() }

  /// Takes in records, all or none; `completion` gets the first one's number, on `sink`, once they
  /// are as durable as was asked for. Nothing needs to happen before the engine's `wakeWriter`.
  ///
  /// - Parameter stamp: which request of which producer they are, kept with them in the journal. A
  ///   transaction's own stamp says that its commit brings them: no limit stops them any more.
  public func add(
    _ records: DelayedRecords, to topic: Topic, stamp: ProducerStamp? = nil,
    acknowledgement: AppendRequest.Acknowledgement, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<UInt64, BrokerError>) -> Void
  ) {
    let isDurable = topic.config.log.durability == .disk
    do throws(BrokerError) {
      try journal.add(
        records, topic: topic.name, stamp: stamp,
        waiting: buckets.state.withLock { $0.topics.waiting }, max: limits.scheduledMax,
        acknowledgement: isDurable ? acknowledgement : .written,
        isOpen: { Delays.isOpen(topic) }, answerOn: sink, completion)
    } catch {
      sink.post([{ completion(.failure(error)) }])
    }
  }

  /// Whether so many more records may wait.
  func hasRoom(for count: Int) -> Bool {
    buckets.state.withLock { $0.topics.waiting } + count <= limits.scheduledMax
  }

  /// The number of a transaction's first record for a topic, if they were taken in and the
  /// transaction has not been forgotten since; what became of the records does not matter. Knows
  /// what was answered for.
  func first(of transaction: Int64, topic: String) -> UInt64? {
    buckets.state.withLock { $0.transactions.first(of: transaction, topic: topic) }
  }

  /// A transaction is done, and a crash cannot undo that: nobody will ask for it again.
  func forget(transaction: Int64) {
    buckets.state.withLock { $0.transactions.forget(transaction) }
  }

  /// All transactions but these are done, or never came about.
  func keep(onlyTransactions numbers: Set<Int64>) {
    buckets.state.withLock { $0.transactions.keep(only: numbers) }
  }

  /// What is remembered of a producer's requests that brought delayed records for a topic, as a log
  /// would say it: with numbers of records in place of offsets. What was answered for is in it.
  func standing(of producer: Int64, for topic: String) -> ProducerStanding {
    let (known, forgotten) = producers(producer, topic)
    let isFresh =
      known.map { now() - $0.latestMilliseconds < limits.producers.expiryMilliseconds } ?? false
    return ProducerStanding(
      requests: isFresh ? known!.requests.map(\.remembered) : [], epoch: known?.epoch ?? 0,
      latestMilliseconds: known?.latestMilliseconds ?? 0, forgottenThrough: forgotten)
  }

  /// A producer's request that brought delayed records for a topic, if it is remembered.
  func request(_ stamp: ProducerStamp, for topic: String) -> DelayedRequest? {
    guard let known = producers(stamp.id, topic).known, known.epoch == stamp.epoch else {
      return nil
    }
    return known.requests.first { $0.sequence == stamp.sequence }
  }

  private func producers(
    _ producer: Int64, _ topic: String
  ) -> (known: DelayProducers.Standing?, forgottenThrough: Int64?) {
    let id = journal.id(of: topic)
    return buckets.state.withLock { state in
      let place = id.map { DelayProducers.Place(topic: $0, producer: producer) }
      return (place.flatMap { state.producers.standings[$0] }, state.producers.forgottenThrough)
    }
  }

  /// Takes a record back; the answer comes on `sink`. May wait for the disk before that.
  public func cancel(
    _ key: DelayKey, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) {
    let answer = DelayCancellation(sink: sink, completion: completion)
    do throws(LogError) {
      // Here the disk may be waited for; the thread of delays then finds all in memory.
      guard try buckets.find(key) != nil else {
        return answer.answer(.failure(.scheduledNotFound(key.id)))
      }
    } catch {
      return answer.answer(.failure(.log(error)))
    }
    if !self.sink.mailbox.post(.cancel(key, answer)) { answer.answer(.failure(.stopping)) }
  }

  /// A record that waits. May wait for the disk.
  public func find(_ key: DelayKey) throws(BrokerError) -> DelayedRecord {
    do throws(LogError) {
      if let entry = try buckets.find(key), let record = try record(of: entry) { return record }
    } catch {
      throw .log(error)
    }
    throw .scheduledNotFound(key.id)
  }

  /// Records that wait, in the order of due time. May wait for the disk.
  ///
  /// - Parameter bytesMax: with so many bytes of records the page ends.
  public func page(
    _ request: DelayPage.Request, bytesMax: Int
  ) throws(LogError) -> DelayPage {
    let (views, topics) = buckets.state.withLock { ($0.buckets.map(\.view), $0.topics) }
    var page = DelayPage()
    page.count = request.topic.map { topics.waiting(for: $0) } ?? topics.waiting
    if page.count == 0 { return page }
    let (entries, nextAfter) = try DelayPage.choose(request, views, topics)
    page.nextAfter = nextAfter
    var bytes = 0
    for entry in entries {
      if bytes > 0, bytes + entry.size > bytesMax {
        page.nextAfter = page.records.last?.key
        break
      }
      // One that went meanwhile is left out.
      guard let record = try record(of: entry) else { continue }
      page.records.append(record)
      bytes += entry.size
    }
    return page
  }

  private func record(of entry: DelayEntry) throws(LogError) -> DelayedRecord? {
    guard let topic = buckets.state.withLock({ $0.topics[entry.topic] }) else { return nil }
    let bytes = ByteBuffer(capacity: entry.size)
    guard try buckets.copyRecord(of: entry, into: bytes) else { return nil }
    return DelayedRecord(
      key: entry.key, topic: topic.name, partition: Int(entry.partition), bytes: bytes)
  }

  /// Drops what waits for a topic that was deleted. Waits for the disk, but not for room on it.
  ///
  /// - Throws: why that could not be done or written down yet: before another topic of that name is
  ///   made this must be asked for again.
  func forget(topic: String, wakeWriter: () -> Void) throws(LogError) {
    guard let done = journal.forget(topic: topic) else { return }
    wakeWriter()
    // Should it rest, it tells at once.
    sink.post([])
    var outcome: [Result<Void, LogError>] = []
    guard done.take(into: &outcome, until: nil), let first = outcome.first else { return }
    try first.get()
  }

  /// Waits until the journal says, on the disk, of all records that stand in their topics by now
  /// that they have arrived; without that a crash would have those appended again that are deleted.
  ///
  /// - Returns: false if the journal cannot say so now: the disk is full or broken.
  func noteArrivals() -> Bool {
    let waiter = Mailbox<Bool>()
    guard sink.mailbox.post(.noteArrivals(waiter)) else { return false }
    var answers: [Bool] = []
    return waiter.take(into: &answers, until: nil) && answers[0]
  }

  /// Waits until everything that is due by now was handed over, and what was asked for is done, the
  /// files that go with it included.
  func settle() {
    let waiter = Mailbox<Bool>()
    guard sink.mailbox.post(.settle(waiter)) else { return }
    var answers: [Bool] = []
    _ = waiter.take(into: &answers, until: nil)
    keeper.settle()
  }

  /// Lets what is on its way arrive, writes a last snapshot and ends the threads.
  func stop() {
    sink.mailbox.post(.stop)
    thread.join()
    sink.mailbox.close()
    keeper.stop()
  }

  /// False once the topic was deleted.
  private static func isOpen(_ topic: Topic) -> Bool {
    guard let log = topic.partitions.first else { return false }
    do throws(LogError) {
      _ = try log.read(ReadRequest(offset: log.offsets.highWatermark, maxBytes: 0))
      return true
    } catch {
      return error != .closed
    }
  }
}
