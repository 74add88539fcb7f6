import JSON
import Log
import Platform
import Synchronization

/// All consumer groups.
///
/// Its lock comes before each group's own.
public final class Groups: Sendable {
  let journal: GroupJournal
  private let standing: Lock<StandingGroups>
  private let lastID: Atomic<UInt32>
  private let key: [UInt8]
  private let groupsMax: Int
  private let runsMax: Int

  /// Reads the journal back. Waits for the disk.
  ///
  /// - Parameter topics: those that stand; what groups know of others is forgotten.
  init(
    journal: GroupJournal, topics: [String: Topic], limits: BrokerLimits
  ) throws(LogError) {
    self.journal = journal
    groupsMax = limits.groupsMax
    runsMax = limits.groupRunsMax
    var replay = GroupReplay()
    try journal.replay { replay.apply($0) }
    lastID = Atomic(replay.lastID)
    let fresh = GroupEventWriter(buffer: ByteBuffer())
    if let key = replay.key {
      self.key = key
    } else {
      key = ReceiptSigner.makeKey()
      fresh.write(.key(key))
    }
    standing = Lock(StandingGroups())
    let parser = JSONParser()
    // In order, so that each goes to the end.
    for (name, member) in replay.groups.sorted(by: { $0.key < $1.key }) {
      var config = GroupConfig()
      member.config.withUnsafeBytes { bytes in
        if let object = try? parser.parse(bytes) { try? config.merge(object) }
      }
      var state = GroupState(config: config)
      state.cursors = member.cursors.filter { topics[$0.key] != nil }
      for (id, partition) in member.partitions {
        guard let topic = topics[partition.topic], partition.number < topic.partitions.count else {
          fresh.write(.left(id: id))
          continue
        }
        state.add(Groups.reconcile(id, partition, topic.partitions[partition.number], fresh))
      }
      let group = makeGroup(name, state)
      standing.withLock { $0.insert(group) }
    }
    if !fresh.buffer.isEmpty { try journal.journal.append(fresh.buffer, timestamp: 0) }
  }

  /// All groups, by name.
  public var all: [Group] { standing.withLock { $0.all } }

  /// A signer of receipts, for one thread.
  public func makeSigner() -> ReceiptSigner { ReceiptSigner(key: key) }

  /// A group by its name.
  public func group(_ name: String) throws(BrokerError) -> Group {
    if let group = standing.withLock({ $0.byName[name] }) { return group }
    throw GroupName.isValid(name) ? .groupNotFound(name) : .invalidName(name)
  }

  /// The group of that name, made with the defaults if there is none.
  public func findOrMake(_ name: String) throws(BrokerError) -> Group {
    if let group = standing.withLock({ $0.byName[name] }) { return group }
    return try stand(name, nil, sink: nil) { _ in }.group
  }

  /// Gives a group this config, and makes it if there is none; `completion` gets whether it is new
  /// once that is on the disk.
  public func put(
    _ name: String, _ config: GroupConfig, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<(group: Group, isNew: Bool), BrokerError>) -> Void
  ) {
    let made = Mailbox<(group: Group, isNew: Bool)>()
    do throws(BrokerError) {
      let outcome = try stand(name, config, sink: sink) { written in
        var found: [(group: Group, isNew: Bool)] = []
        _ = made.take(into: &found, until: nil)
        completion(written.map { found[0] })
      }
      made.post(outcome)
      outcome.group.wakeWaiters()
    } catch {
      sink.post([{ completion(.failure(error)) }])
    }
  }

  /// Deletes a group and all it knows; its dead letters stay where they are.
  public func delete(
    _ name: String, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) throws(BrokerError) {
    let group = try group(name)
    let event = GroupEventWriter(buffer: ByteBuffer())
    event.write(.groupGone(name: name))
    standing.withLock { standing in
      standing.remove(name)
      group.state.withLock { $0.isDeleted = true }
      journal.append(event.buffer, .committed, sink: sink, completion)
    }
    group.wakeWaiters()
  }

  /// Wakes everybody who waits, in all groups.
  func wakeWaiters() { for group in all { group.wakeWaiters() } }

  /// Forgets a topic that was deleted, in all groups. For the scheduler's thread: waits for the
  /// disk.
  func forget(topic: String) throws(LogError) {
    let events = GroupEventWriter(buffer: ByteBuffer())
    for group in all {
      group.state.withLock { state in
        for partition in state.partitions[topic] ?? [] {
          if let partition { events.write(.left(id: partition.id)) }
        }
        state.remove(topic: topic)
      }
      group.wakeWaiters()
    }
    if events.buffer.isEmpty { return }
    // Should that not be written, a snapshot says so.
    let written = Mailbox<Result<Void, BrokerError>>()
    journal.append(events.buffer, .committed, sink: DirectSink()) { written.post($0) }
    try journal.wait(for: written)
  }

  /// Writes a snapshot if it is time. For the scheduler's thread: waits for the disk.
  func snapshotWhenDue() throws(LogError) { try journal.snapshotWhenDue(writeSnapshot) }

  /// Writes what all events so far add up to, as events again.
  func writeSnapshot(into buffer: ByteBuffer) {
    let events = GroupEventWriter(buffer: buffer)
    events.write(.key(key))
    for group in all { group.writeSnapshot(events) }
  }

  private func stand(
    _ name: String, _ config: GroupConfig?, sink: (any JobSink)?,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) throws(BrokerError) -> (group: Group, isNew: Bool) {
    guard GroupName.isValid(name) else { throw .invalidName(name) }
    return try standing.withLock { standing throws(BrokerError) in
      let known = standing.byName[name]
      if known == nil, standing.all.count >= groupsMax {
        throw .tooMany(what: "groups", max: groupsMax)
      }
      if known == nil || config != nil {
        let event = GroupEventWriter(buffer: ByteBuffer())
        let config = config ?? GroupConfig()
        event.write(.groupStands(name: name, config: Groups.json(config)))
        if let sink {
          journal.append(event.buffer, .committed, sink: sink, completion)
        } else {
          journal.note(event.buffer)
        }
        known?.state.withLock { $0.config = config }
      }
      if let known { return (known, false) }
      let fresh = makeGroup(name, GroupState(config: config ?? GroupConfig()))
      standing.insert(fresh)
      return (fresh, true)
    }
  }

  private func makeGroup(_ name: String, _ state: sending GroupState) -> Group {
    Group(name: name, state: state, journal: journal, runsMax: runsMax) { [unowned self] in
      lastID.add(1, ordering: .relaxed).newValue
    }
  }

  static func json(_ config: GroupConfig) -> [UInt8] {
    let buffer = ByteBuffer()
    var json = JSONWriter(into: buffer)
    config.write(to: &json)
    return buffer.array
  }

  /// A log that has lost its end with the machine's power gives its offsets anew: the group begins
  /// there again.
  private static func reconcile(
    _ id: UInt32, _ partition: GroupReplay.Partition, _ log: any RecordLog,
    _ events: GroupEventWriter
  ) -> GroupPartition {
    let known = GroupPartition(
      id: id, topic: partition.topic, number: partition.number, log: log,
      progress: partition.progress)
    let end = log.offsets.highWatermark.value
    if partition.progress.next > end {
      var changes: [ProgressChange] = [.sought(epoch: partition.progress.epoch &+ 1, next: end)]
      partition.progress.runs.forEach { run in
        if run.offset < end { changes.append(.run(run.cut(to: run.offset..<end))) }
      }
      for change in changes { known.progress.apply(change) }
      events.write(id, changes)
    }
    return known
  }
}
