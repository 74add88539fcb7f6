import Log
import Platform

/// A consumer group: leases messages, hears what became of them, and forgets neither.
///
/// Its lock comes before those of logs, journal and mailboxes; inside it only memory is touched.
public final class Group: Sendable {
  /// Its name.
  public let name: String
  let journal: GroupJournal
  let state: Lock<GroupState>
  /// Runs that one partition may have begun and not finished.
  let runsMax: Int
  private let newID: @Sendable () -> UInt32

  init(
    name: String, state: sending GroupState, journal: GroupJournal, runsMax: Int,
    newID: @escaping @Sendable () -> UInt32
  ) {
    self.name = name
    self.state = Lock(state)
    self.journal = journal
    self.runsMax = runsMax
    self.newID = newID
  }

  /// How it delivers.
  public var config: GroupConfig { state.withLock { $0.config } }

  /// The topic for what could not be delivered.
  public var deadLetterTopic: String { Group.deadLetterTopic(name, config) }

  static func deadLetterTopic(_ name: String, _ config: GroupConfig) -> String {
    config.deadLetterTopic ?? name + GroupName.deadLetterSuffix
  }

  /// How it stands, partition by partition.
  public func standings(now: Int64) -> [GroupStanding] {
    state.withLock { state in
      state.all.map { partition in
        let progress = partition.progress
        return GroupStanding(
          topic: partition.topic, partition: partition.number, offsets: partition.log.offsets,
          floor: progress.floor, next: progress.next, inFlight: progress.runs.leased,
          waiting: progress.runs.waiting, dying: progress.runs.dying,
          oldestDelivery: progress.runs.first?.firstDelivery, counts: partition.counts)
      }
    }
  }

  // MARK: - Waiting

  /// Has a waiter woken once there may be something to receive that `lease` did not find.
  ///
  /// - Returns: false when that is so already: look again.
  public func hold(_ held: GroupWaiter, after lease: Lease) -> Bool {
    let places: [(log: any RecordLog, next: Int64)]? = state.withLock { state in
      var places: [(log: any RecordLog, next: Int64)] = []
      for topic in held.topics {
        for (number, log) in topic.partitions.enumerated() {
          guard let partition = state.partition(topic.name, number) else { return nil }
          // Where as much is begun as may be, others come when something of that is done.
          let runs = partition.progress.runs
          if runs.runCount >= runsMax { continue }
          if state.config.isOrdered, runs.messages >= KeyOrder.openMax { continue }
          places.append((log, partition.progress.next))
        }
      }
      if state.isDeleted || state.wakes != lease.wakes { return nil }
      state.waiters.append(held)
      return places
    }
    guard let places else { return false }
    for place in places where !place.log.hold(held.waiter, at: Offset(place.next)) { return false }
    return true
  }

  /// Forgets a waiter.
  public func forget(_ held: GroupWaiter) {
    state.withLock { state in state.waiters.removeAll { $0 === held } }
    for topic in held.topics { for log in topic.partitions { log.forget(held.waiter) } }
  }

  /// Wakes everybody who waits.
  func wakeWaiters() {
    let waiters = state.withLock { state in
      state.wakes += 1
      defer { state.waiters.removeAll() }
      return state.waiters
    }
    for held in waiters { held.waiter.wake() }
  }

  // MARK: - Partitions

  /// The group's partition, joined if it reads it for the first time. Under the lock.
  ///
  /// A topic that is gone is not joined anew: nobody would forget it any more, and the next one of
  /// that name would be taken for it.
  func partition(
    _ state: inout GroupState, _ topic: Topic, _ number: Int, _ events: GroupEventWriter
  ) throws(BrokerError) -> GroupPartition {
    if let known = state.partition(topic.name, number) { return known }
    if topic.isGone { throw .topicNotFound(topic.name) }
    let log = topic.partitions[number]
    let offsets = log.offsets
    let next = state.config.start == .earliest ? offsets.logStart : offsets.highWatermark
    let fresh = GroupPartition(
      id: newID(), topic: topic.name, number: number, log: log,
      progress: Progress(next: next.value))
    state.add(fresh)
    events.write(
      .joined(
        id: fresh.id, group: name, topic: topic.name, partition: number, next: next.value))
    // Should the process die before this is written, another partition may get the same number:
    // receipts that were given out meanwhile must not count there.
    let epoch = UInt32.random(in: 0...(.max))
    apply([.sought(epoch: epoch, next: next.value)], to: fresh, events)
    return fresh
  }

  /// Moves past what retention deleted. Under the lock.
  func clip(_ partition: GroupPartition, _ events: GroupEventWriter) {
    let start = partition.log.offsets.logStart.value
    let progress = partition.progress
    guard progress.floor < start else { return }
    var lost = max(0, Int(start - progress.next))
    progress.runs.forEach(in: .min..<start) { run in
      lost += Int(run.count)
      return true
    }
    partition.counts.lost += lost
    apply([.done(progress.floor..<start), .begun(upTo: start)], to: partition, events)
  }

  /// Makes changes and writes them down. Under the lock.
  func apply(
    _ changes: [ProgressChange], to partition: GroupPartition, _ events: GroupEventWriter
  ) {
    for change in changes { partition.progress.apply(change) }
    events.write(partition.id, changes)
  }

  /// Does what time brings.
  ///
  /// - Returns: true if messages wait for burial.
  func advance(to now: Int64) -> Bool {
    let (isFree, hasDying) = state.withLock { state in
      var isFree = false
      var hasDying = false
      for partition in state.byID.values {
        if let due = partition.progress.nextDue, due <= now {
          partition.counts.expired += partition.progress.advance(
            to: now, attemptsMax: state.config.maxAttempts)
        }
        // A receive may have been there first, and has left some or none.
        if partition.readyTold != partition.progress.readyTotal {
          partition.readyTold = partition.progress.readyTotal
          if partition.progress.hasReady { isFree = true }
        }
        if partition.progress.runs.dying > 0 { hasDying = !state.burialRest.lasts(now) }
      }
      return (isFree, hasDying)
    }
    if isFree { wakeWaiters() }
    return hasDying
  }
}
