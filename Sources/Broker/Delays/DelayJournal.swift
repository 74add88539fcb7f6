import DequeModule
import Log
import Platform
import Synchronization

/// The record of truth of delayed records: numbers them in the order in which they stand in the
/// journal, and remembers in that order what is to take effect.
///
/// Its lock is held while an event is appended; the log writer's mailbox is the only other one
/// under it.
final class DelayJournal: Sendable {
  /// A topic that was deleted and of which the journal does not say so yet.
  private struct Leaving {
    let id: UInt32
    var isUnderWay = false
    var waiters: [Mailbox<Result<Void, LogError>>] = []
  }

  private struct Intake {
    var nextNumber: UInt64
    var nextTopic: UInt32
    var topics: [String: UInt32]
    var leaving: [String: Leaving] = [:]
    var operations = Deque<DelayOperation>()
    var recordsUnderWay = 0
    var bytesUnderWay = 0
    /// Why nothing more is taken in for now.
    var refusal: BrokerError?
    /// Everything before it has taken effect.
    var through = Offset.zero
  }

  /// More bytes than these do not wait for their buckets.
  private static let underWayBytesMax = 64 << 20

  let journal: Journal
  private let clock: any Clock
  private let sink: any JobSink
  private let intake: Lock<Intake>
  private let appendedBytes = Atomic(0)

  /// - Parameter sink: where outcomes arrive: the thread of delays.
  init(
    _ journal: Journal, clock: any Clock, sink: any JobSink, nextNumber: UInt64,
    nextTopic: UInt32, topics: [String: UInt32]
  ) {
    self.journal = journal
    self.clock = clock
    self.sink = sink
    intake = Lock(Intake(nextNumber: nextNumber, nextTopic: nextTopic, topics: topics))
  }

  /// Bytes of events since the last checkpoint.
  var bytesSinceCheckpoint: Int { appendedBytes.load(ordering: .relaxed) }

  /// Takes in records; refused ones are told of at once.
  ///
  /// - Parameters:
  ///   - waiting: how many records wait already.
  ///   - isOpen: tells whether the topic still stands; asked when its deletion cannot come between.
  func add(
    _ records: DelayedRecords, topic: String, stamp: ProducerStamp?, waiting: Int, max: Int,
    acknowledgement: AppendRequest.Acknowledgement, isOpen: () -> Bool, answerOn sink: any JobSink,
    _ answer: @escaping @Sendable (Result<UInt64, BrokerError>) -> Void
  ) throws(BrokerError) {
    // What a commit brings no limit stops any more.
    let isDecided = stamp?.isOwnWork ?? false
    try intake.withLock { intake throws(BrokerError) in
      if let refusal = intake.refusal { throw refusal }
      guard isOpen() else { throw .log(.closed) }
      guard isDecided || intake.bytesUnderWay < DelayJournal.underWayBytesMax else {
        throw .tooManyBytesUnderWay(max: DelayJournal.underWayBytesMax)
      }
      guard isDecided || waiting + intake.recordsUnderWay + records.count <= max else {
        throw .tooManyScheduled(max: max)
      }
      var id = intake.topics[topic] ?? 0
      if id == 0 {
        id = intake.nextTopic
        intake.nextTopic += 1
        intake.topics[topic] = id
      }
      let first = intake.nextNumber
      intake.nextNumber += UInt64(records.count)
      let event = ByteBuffer(capacity: records.bytes + 64 + topic.utf8.count)
      DelayEventWriter(buffer: event).added(
        records, topic: id, name: topic, stamp: stamp, first: first)
      intake.recordsUnderWay += records.count
      intake.bytesUnderWay += event.count
      let kind = DelayOperation.Kind.added(
        event, count: records.count, first: first, sink, answer)
      append(event, DelayOperation(kind), acknowledgement, &intake)
    }
  }

  /// The id of the topic that stands under this name, if records ever came for it.
  func id(of topic: String) -> UInt32? { intake.withLock { $0.topics[topic] } }

  /// Has the topic's records be dropped; what comes for a topic of that name from now on is for
  /// another one. `nil` if none ever came, or all of that is done. After an error it is not: before
  /// another topic of that name is made this must be asked for again.
  func forget(topic: String) -> Mailbox<Result<Void, LogError>>? {
    intake.withLock { intake in
      if let id = intake.topics.removeValue(forKey: topic) {
        intake.leaving[topic] = Leaving(id: id)
      }
      guard var leaving = intake.leaving[topic] else { return nil }
      let done = Mailbox<Result<Void, LogError>>()
      leaving.waiters.append(done)
      if !leaving.isUnderWay {
        leaving.isUnderWay = true
        let event = ByteBuffer()
        DelayEventWriter(buffer: event).topicGone(leaving.id)
        let operation = DelayOperation(.topicGone(leaving.id, name: topic))
        append(event, operation, .committed, &intake)
      }
      intake.leaving[topic] = leaving
      return done
    }
  }

  /// Notes that a record is taken back.
  func cancel(_ key: DelayKey, topic: UInt32) {
    let event = ByteBuffer()
    DelayEventWriter(buffer: event).cancelled(topic: topic, key)
    intake.withLock { intake in
      append(event, DelayOperation(.cancelled(key)), .committed, &intake)
    }
  }

  /// Notes something that has taken effect already, or takes effect whenever it is done.
  func note(
    _ event: ByteBuffer, _ acknowledgement: AppendRequest.Acknowledgement,
    _ completion: @escaping @Sendable (Result<AppendRequest.Stored, LogError>) -> Void
  ) {
    appendedBytes.add(event.count, ordering: .relaxed)
    journal.append(
      event, timestamp: clock.wallMilliseconds(), acknowledgement: acknowledgement, sink: sink,
      completion: completion)
  }

  private func append(
    _ event: ByteBuffer, _ operation: DelayOperation,
    _ acknowledgement: AppendRequest.Acknowledgement, _ intake: inout Intake
  ) {
    appendedBytes.add(event.count, ordering: .relaxed)
    intake.operations.append(operation)
    journal.append(
      event, timestamp: clock.wallMilliseconds(), acknowledgement: acknowledgement, sink: sink
    ) { outcome in operation.outcome = outcome }
  }

  // MARK: - For the thread of delays

  /// The next operation, if its event is in the journal, or is known not to be.
  var next: DelayOperation? {
    intake.withLock { intake in
      intake.operations.first.flatMap { $0.outcome == nil ? nil : $0 }
    }
  }

  /// True if nothing is on its way.
  var isQuiet: Bool { intake.withLock { $0.operations.isEmpty } }

  /// The next operation has taken effect.
  func finishNext() {
    intake.withLock { intake in
      let operation = intake.operations.removeFirst()
      if case .added(let event, let count, _, _, _) = operation.kind {
        intake.recordsUnderWay -= count
        intake.bytesUnderWay -= event.count
      }
      if case .success(let stored) = operation.outcome {
        intake.through = max(intake.through, stored.baseOffset + stored.count)
      }
    }
  }

  /// That a topic is gone has taken effect, or could not be written.
  func finishForgetting(_ topic: String, _ outcome: Result<Void, LogError>) {
    let waiters = intake.withLock { intake in
      let waiters = intake.leaving[topic]?.waiters ?? []
      intake.leaving[topic]?.waiters = []
      intake.leaving[topic]?.isUnderWay = false
      if case .success = outcome { intake.leaving[topic] = nil }
      return waiters
    }
    for waiter in waiters { waiter.post(outcome) }
  }

  /// What takes effect next has to wait: nobody waits with it for a topic to be forgotten.
  func holdUpNobody(_ error: LogError) {
    let waiters = intake.withLock { intake in
      let waiters = intake.leaving.values.flatMap(\.waiters)
      for topic in intake.leaving.keys { intake.leaving[topic]!.waiters = [] }
      return waiters
    }
    for waiter in waiters { waiter.post(.failure(error)) }
  }

  /// Takes nothing in until further notice, or does again.
  func refuse(because error: BrokerError?) { intake.withLock { $0.refusal = error } }

  /// A checkpoint did not come about: another one is due.
  func demandCheckpoint(bytes: Int) { appendedBytes.add(bytes, ordering: .relaxed) }

  /// Where a snapshot of the present state begins to hold, and what is numbered next.
  func beginCheckpoint() -> (through: Offset, nextNumber: UInt64, nextTopic: UInt32) {
    appendedBytes.store(0, ordering: .relaxed)
    return intake.withLock { intake in
      // With nothing on its way, all that is in the journal has taken effect.
      let through = intake.operations.isEmpty ? journal.committed : intake.through
      return (max(through, intake.through), intake.nextNumber, intake.nextTopic)
    }
  }
}
