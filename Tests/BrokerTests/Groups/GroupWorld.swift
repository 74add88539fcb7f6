import Foundation
import Log
import Metrics
import Platform
import Support
import Testing

@testable import Broker

/// One group over real logs in a directory of its own, without the scheduler: time passes, and dead
/// letters are buried, when a test says so.
final class GroupWorld {
  static let letters = "letters"

  let directory: TemporaryDirectory
  let clock: ManualClock
  let data: DataDirectory
  let catalog: Catalog
  let groups: Groups
  private let config: GroupConfig

  init(
    _ config: GroupConfig, in directory: TemporaryDirectory = TemporaryDirectory(),
    clock: ManualClock = ManualClock(), files: any FileSystem = DiskFileSystem(),
    limits: BrokerLimits = BrokerLimits()
  ) throws {
    self.directory = directory
    self.clock = clock
    var config = config
    config.deadLetterTopic = GroupWorld.letters
    self.config = config
    let data = try DataDirectory(
      directory.path, openFiles: OpenFiles(files), clock: clock,
      metrics: LogMetrics(MetricsRegistry())
    ) { _ in }
    self.data = data
    catalog = try Catalog(engine: data, clock: clock, limits: limits) { _ in }
    let journal = GroupJournal(try data.openJournal("groups"), clock: clock) { data.wakeWriter() }
    groups = try Groups(journal: journal, topics: catalog.topics, limits: limits)
  }

  /// Makes the group and its topics; the latter keep what they get in memory, so that steps are
  /// quick.
  func settle(topics: [String: Int], segmentBytes: Int = 1 << 30) throws {
    let log = LogSettings(durability: .memory, segmentBytes: segmentBytes)
    for (name, partitions) in topics {
      _ = try catalog.create(name, partitions: partitions, config: TopicConfig(log: log))
    }
    _ = try catalog.create(
      GroupWorld.letters, partitions: 1,
      config: TopicConfig(log: LogSettings(durability: .memory)))
    try wait { groups.put("g", config, sink: InlineSink(), $0) }
  }

  var group: Group {
    get throws { try groups.group("g") }
  }

  var now: Int64 { clock.wallMilliseconds() }

  func topic(_ name: String) throws -> Topic {
    guard let topic = catalog.topics[name] else { throw BrokerError.topicNotFound(name) }
    return topic
  }

  /// What the next server finds when this one stops cleanly.
  func reopened() throws -> GroupWorld {
    groups.journal.handOverNotes()
    data.close()
    return try GroupWorld(config, in: directory, clock: clock)
  }

  /// What the next server finds when this one is killed.
  func killed() throws -> GroupWorld {
    let copy = try directory.copy()
    data.close()
    return try GroupWorld(config, in: copy, clock: clock)
  }

  /// Stores messages with values that say where they are.
  ///
  /// - Parameter keys: as many as tags; `nil` for none.
  func produce(
    _ tags: [String?], keys: [String?]? = nil, to topic: String, _ number: Int
  ) throws {
    let log = try self.topic(topic).partition(number)
    let builder = BatchBuilder()
    let base = log.offsets.logEnd.value
    for (index, tag) in tags.enumerated() {
      let headers = RecordHeaders()
      if let tag = tag.flatMap({ Tag($0) }) { headers.setTag(tag) }
      let key = keys?[index].map { Array($0.utf8) }
      Array("\(topic)-\(number)-\(base + Int64(index))".utf8).withUnsafeBytes { value in
        guard let key else {
          return builder.append(key: nil, value: value, headers: headers, timestamp: now)
        }
        key.withUnsafeBytes {
          builder.append(key: $0, value: value, headers: headers, timestamp: now)
        }
      }
    }
    _ = try wait { completion in
      log.append(
        builder.finish(), acknowledgement: .committed, sink: InlineSink(), completion: completion)
    }
  }

  /// Does what may wait for the disk, and waits.
  @discardableResult
  func wait<Value: Sendable, Failure: Error>(
    _ body: (@escaping @Sendable (Result<Value, Failure>) -> Void) throws -> Void
  ) throws -> Value {
    let answer = Lock<Result<Value, Failure>?>(nil)
    let done = DispatchSemaphore(value: 0)
    try body { outcome in
      answer.withLock { $0 = outcome }
      done.signal()
    }
    data.wakeWriter()
    done.wait()
    return try answer.withLock { $0 }!.get()
  }

  /// Settles receipts and waits until that is written.
  func settle(_ receipts: [Receipt?], _ settlement: Settlement) throws -> [Bool] {
    var counted: [Bool] = []
    let group = try group
    try wait {
      counted = group.settle(
        receipts, settlement, now: now, random: 0, sink: InlineSink(), $0)
    }
    return counted
  }

  /// Leases as much as that, at one look.
  func lease(
    _ count: Int, of topic: String = "t", tags: [String]? = nil, isRaw: Bool = false
  ) throws -> Lease {
    let request = ReceiveRequest(
      topics: [try self.topic(topic)], tags: tags?.compactMap { Tag($0) }, maxRecords: count,
      maxBytes: 1 << 30, leaseMilliseconds: nil, fromOnePartition: isRaw)
    return try group.receiveKnowing(request, now: now)
  }

  /// A receipt for each message of a lease.
  static func receipts(_ lease: Lease) -> [Receipt] {
    lease.parts.flatMap { part in
      part.runs.flatMap { run in
        run.range.map { offset in
          Receipt(items: [
            ReceiptItem(
              id: part.id, epoch: part.epoch, offset: offset, count: 1, attempt: run.attempt)
          ])
        }
      }
    }
  }

  /// Moves what is dying to the dead letters.
  func bury(into letters: (any RecordLog)? = nil) throws {
    let log = try letters ?? topic(GroupWorld.letters).partition(0)
    let burial = Burial(
      group: try group, letters: log, letterTopic: GroupWorld.letters, now: now
    ) { _ in }
    while try burial.run() {}
  }

  /// Where a burial is killed: the letters are not stored yet, or stored, and nobody has heard.
  enum Death { case beforeTheLetters, behindTheLetters }

  /// What a server leaves that is killed while it buries.
  func buryKilled(_ death: Death) throws -> TemporaryDirectory {
    let left = Lock<TemporaryDirectory?>(nil)
    let directory = directory
    let keep: @Sendable () -> Void = { left.withLock { $0 = try? directory.copy() } }
    let nothing: @Sendable () -> Void = {}
    let isBefore = death == .beforeTheLetters
    try bury(
      into: InterruptedLog(
        topic(GroupWorld.letters).partition(0), before: isBefore ? keep : nothing,
        after: isBefore ? nothing : keep))
    return left.withLock { $0 }!
  }

  /// Has somebody wait who got nothing; the flag goes up when there may be something.
  func wait(behind empty: Lease) throws -> Lock<Bool> {
    let fired = Lock(false)
    let waiter = LogWaiter(sink: InlineSink()) { fired.withLock { $0 = true } }
    let held = GroupWaiter(waiter, topics: [try topic("t")])
    #expect(try group.hold(held, after: empty))
    return fired
  }

  /// Where each dead letter came from, in order.
  func origins() throws -> [DeadLetter.Origin] {
    var origins: [DeadLetter.Origin] = []
    try forEachRecord(of: GroupWorld.letters, 0) { record in
      if let origin = DeadLetter.origin(of: record) { origins.append(origin) }
    }
    return origins
  }

  func forEachRecord(of topic: String, _ number: Int, _ body: (Record) -> Void) throws {
    let log = try self.topic(topic).partition(number)
    var next = log.offsets.logStart
    while next < log.offsets.highWatermark {
      let slice = try log.read(ReadRequest(offset: next, maxBytes: 1 << 20))
      try GroupWorld.forEachRecord(of: slice, body)
      next = slice.nextOffset
    }
  }

  static func forEachRecord(of slice: LogSlice, _ body: (Record) -> Void) throws {
    let reader = SliceReader(slice)
    while let (header, bytes) = try reader.nextWaiting() {
      var records = try RecordReader(bytes, header: header)
      while let record = try records.next() { body(record) }
    }
  }
}
