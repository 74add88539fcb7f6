import Log
import Platform

/// One produce request under way: frames records for the partitions they belong to and hands them
/// to the logs.
///
/// Belongs to one event loop. Small requests are handed over at the end, whole; long ones piece by
/// piece, so that memory stays bounded however long they are. A piece is handed over when the one
/// before it stands: where one fails, nothing behind it is stored.
public final class Production {
  /// From this size on a piece is handed over while more comes in. With so much framed behind a
  /// piece that is on its way, the client has to wait: larger pieces cost more, their memory is
  /// fresh each time.
  private static let pieceBytes = 1 << 20

  /// What goes to one partition.
  private struct Lane {
    var builder: BatchBuilder?
    var outcome: ProduceOutcome?
    /// What a producer numbered, until it is its turn.
    var held: FramedBatches?
  }

  /// The topic.
  public let topic: Topic
  /// Called on the loop when bytes were written and more may come in.
  public var onProgress: (() -> Void)?
  private let sink: any JobSink
  private let acknowledgement: AppendRequest.Acknowledgement
  private let timestamp: Int64
  /// Who produces, if they said so: then all of it is handed over at the end, to each log in one
  /// piece, and stored once.
  public let stamp: ProducerStamp?
  /// Called on the loop when something was handed over that had to wait: a stamped request for its
  /// turn, the rest of a streamed one for what went before.
  public var onTurn: (() -> Void)?
  /// Why nothing of a stamped request was handed over.
  public private(set) var refusal: BrokerError?
  private var lanes: [Lane]
  private var waitingFor = 0
  private let delays: Delays?
  private let limits: BrokerLimits
  private var delayed: DelayedRecords?
  private var turn: Int?
  private var isRestHeld = false
  private var finished: (([ProduceOutcome]) -> Void)?

  /// Begins a request.
  ///
  /// - Parameters:
  ///   - timestamp: the time of records that bring none, in milliseconds since 1970.
  ///   - delays: where records go that are delivered later; `nil` where they are only gathered
  ///     (`takeDelayed`), each with its time as a transaction keeps it.
  ///   - sink: the loop, where answers from the log arrive.
  ///   - stamp: who produces, and which of their requests it is.
  public init(
    _ topic: Topic, acknowledgement: AppendRequest.Acknowledgement, timestamp: Int64,
    delays: Delays?, limits: BrokerLimits, sink: any JobSink, stamp: ProducerStamp? = nil
  ) {
    self.topic = topic
    self.delays = delays
    self.limits = limits
    self.acknowledgement = acknowledgement
    self.timestamp = timestamp
    self.sink = sink
    self.stamp = stamp
    // Not by turns: a repeat must meet its first copy. The server's own work is framed once.
    if let stamp, stamp.id < ProducerStamp.ownFrom {
      turn = Production.turn(of: stamp, partitions: topic.partitions.count)
    }
    lanes = Array(repeating: Lane(), count: topic.partitions.count)
  }

  /// Records taken in so far.
  public private(set) var recordCount = 0
  /// What became of those that are delivered later; `nil` while there are none.
  public private(set) var scheduled: ScheduleOutcome?

  /// True when the client should send no more until `onProgress`.
  public var isFull: Bool { waitingFor > 0 && framedBytes >= Production.pieceBytes }

  private var framedBytes: Int {
    lanes.reduce(delayed?.bytes ?? 0) { $0 + ($1.builder?.bytes ?? 0) }
  }

  /// True once something could not be stored: there is no point in going on.
  public var hasFailed: Bool {
    scheduled?.failure != nil
      || lanes.contains { if case .failure = $0.outcome?.result { true } else { false } }
  }

  /// Takes in a record; a missing `partition` is picked by the key, or else by turns.
  ///
  /// - Parameter delivery: when it is to be delivered; at once if that is past.
  public func add(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: RecordHeaders,
    timestamp: Int64?, partition: Int?, delivery: DeliveryTime = .now
  ) throws(BrokerError) {
    let bytes = (key?.count ?? 0) + (value?.count ?? 0) + headers.byteCount
    let limit = topic.config.log.maxRecordBytes
    guard bytes <= limit else { throw .recordTooLarge(bytes: bytes, limitBytes: limit) }
    let number = try place(partition, key)
    if delivery != .now, let due = try due(delivery) {
      let records = delayed ?? DelayedRecords()
      delayed = records
      records.append(
        due: due, partition: number, key: key, value: value, headers: headers,
        timestamp: timestamp)
      recordCount += 1
      return
    }
    builder(number).append(
      key: key, value: value, headers: headers, timestamp: timestamp ?? self.timestamp)
    recordCount += 1
  }

  /// Hands over what was framed if it is a piece's worth and the piece before it stands. For
  /// streamed bodies.
  public func handOverWhenLarge() {
    guard stamp == nil, waitingFor == 0, !hasFailed, framedBytes >= Production.pieceBytes else {
      return
    }
    for number in lanes.indices {
      if let builder = lanes[number].builder { handOver(number, builder, .written) }
    }
    if let records = delayed { handOver(records) }
  }

  /// Hands over the rest, once what was handed over stands; `completion` gets each partition's
  /// outcome, in order, when all have answered.
  public func finish(_ completion: @escaping ([ProduceOutcome]) -> Void) {
    finished = completion
    if let stamp { return waitForTurn(stamp) }
    if waitingFor == 0 { handOverRest() } else { isRestHeld = true }
    answerWhenDone()
  }

  private func handOverRest() {
    isRestHeld = false
    if hasFailed { return commitWhatStands() }
    if let records = delayed { handOver(records) }
    for number in lanes.indices {
      if let builder = lanes[number].builder {
        handOver(number, builder, acknowledgement)
      } else if lanes[number].outcome != nil, acknowledgement == .committed {
        // Everything of this partition was written piece by piece: ask that it be committed, too.
        handOver(number, BatchBuilder(), .committed)
      }
    }
  }

  /// Something has failed, and nothing more is stored: what was written piece by piece is told of,
  /// so it must be as durable as what is answered otherwise.
  private func commitWhatStands() {
    guard acknowledgement == .committed else { return }
    for number in lanes.indices where lanes[number].outcome?.storedCount ?? 0 > 0 {
      handOver(number, BatchBuilder(), .committed)
    }
  }

  /// Stores batches that came framed, in one partition.
  public func store(_ batches: FramedBatches, partition: Int) {
    recordCount += batches.recordCount
    if stamp != nil {
      lanes[partition].held = batches
    } else {
      submit(batches, partition, acknowledgement)
    }
  }

  /// Gives away what was framed, by partition, instead of handing it over to the logs.
  func takeBatches() -> [(partition: Int, batches: FramedBatches)] {
    var taken: [(partition: Int, batches: FramedBatches)] = []
    for number in lanes.indices {
      guard let builder = lanes[number].builder else { continue }
      lanes[number].builder = nil
      taken.append((number, builder.finish()))
    }
    return taken
  }

  /// Gives away what is delivered later, if there is any.
  func takeDelayed() -> DelayedRecords? {
    defer { delayed = nil }
    return delayed
  }

  /// When a record is due, or `nil` if it is to be delivered at once.
  private func due(_ delivery: DeliveryTime) throws(BrokerError) -> Int64? {
    let now = delays?.now() ?? timestamp
    let due = delivery.due(now: now)
    guard due <= now + limits.delayMillisecondsMax else {
      throw .delayTooLong(limitMilliseconds: limits.delayMillisecondsMax)
    }
    guard due > now else { return nil }
    return delays == nil ? delivery.kept : due
  }

  private func handOver(_ records: DelayedRecords) {
    delayed = nil
    turn = nil
    guard let delays else { return }
    if let stamp, let known = delays.request(stamp, for: topic.name) {
      scheduled = ScheduleOutcome(known)
      return
    }
    waitingFor += 1
    let bound = ThreadBound((self, records))
    delays.add(
      records, to: topic, stamp: stamp, acknowledgement: acknowledgement, sink: sink
    ) { outcome in
      let (production, records) = bound.value
      production.answered(records, outcome)
    }
  }

  private func answered(_ records: DelayedRecords, _ outcome: Result<UInt64, BrokerError>) {
    waitingFor -= 1
    var known = scheduled ?? ScheduleOutcome()
    switch outcome {
    case .success(let first): known.add(records, first: first)
    case .failure(let error): known.failure = error
    }
    scheduled = known
    goOn()
  }

  /// Something has answered: what was held for that goes on its way.
  private func goOn() {
    if waitingFor == 0 {
      if isRestHeld {
        handOverRest()
        onTurn?()
      }
      onProgress?()
    }
    answerWhenDone()
  }

  private func place(_ partition: Int?, _ key: UnsafeRawBufferPointer?) throws(BrokerError) -> Int {
    if let partition {
      _ = try topic.partition(partition)
      return partition
    }
    if topic.partitions.count == 1 { return 0 }
    if let key { return KeyPartitioner.partition(of: key, partitions: topic.partitions.count) }
    if let turn { return turn }
    let next = topic.nextPartition()
    turn = next
    return next
  }

  private func builder(_ number: Int) -> BatchBuilder {
    if let builder = lanes[number].builder { return builder }
    let fresh = BatchBuilder(stamp: stamp)
    lanes[number].builder = fresh
    return fresh
  }

  private func handOver(
    _ number: Int, _ builder: BatchBuilder, _ stage: AppendRequest.Acknowledgement
  ) {
    lanes[number].builder = nil
    turn = nil
    submit(builder.finish(), number, stage)
  }

  private func submit(
    _ batches: FramedBatches, _ number: Int, _ stage: AppendRequest.Acknowledgement
  ) {
    waitingFor += 1
    let bound = ThreadBound(self)
    let isPiece = !batches.isEmpty
    topic.partitions[number].append(batches, acknowledgement: stage, sink: sink) { outcome in
      bound.value.answered(number, isPiece: isPiece, outcome)
    }
  }

  private func answered(
    _ number: Int, isPiece: Bool, _ outcome: Result<AppendRequest.Stored, LogError>
  ) {
    waitingFor -= 1
    var known = lanes[number].outcome ?? ProduceOutcome(partition: number, result: outcome)
    if lanes[number].outcome != nil, case .success(let before) = known.result {
      switch outcome {
      case .success(let stored):
        let first = before.count == 0 ? stored.baseOffset : before.baseOffset
        known.result = .success(
          AppendRequest.Stored(baseOffset: first, count: before.count + stored.count))
      case .failure: known.result = outcome
      }
    }
    switch outcome {
    case .success(let stored) where stored.count > 0:
      if known.storedCount == 0 { known.storedFrom = stored.baseOffset }
      known.storedCount += stored.count
    case .success: break
    case .failure where isPiece: break
    case .failure:
      // The pieces before it were written, and are not committed.
      known.storedCount = 0
      known.storedFrom = nil
    }
    lanes[number].outcome = known
    goOn()
  }

  private func answerWhenDone() {
    guard waitingFor == 0, let completion = finished else { return }
    finished = nil
    if let stamp, refusal == nil { endTurn(stamp) }
    completion(lanes.compactMap(\.outcome))
  }

  // MARK: - Stamped requests

  /// Where records without keys go: from request to request round all partitions.
  private static func turn(of stamp: ProducerStamp, partitions: Int) -> Int {
    Int((UInt64(stamp.id) + UInt64(stamp.sequence)) % UInt64(partitions))
  }

  /// Hands everything over when it is the turn of this request of its producer.
  private func waitForTurn(_ stamp: ProducerStamp) {
    for number in lanes.indices {
      if let builder = lanes[number].builder { lanes[number].held = builder.finish() }
      lanes[number].builder = nil
    }
    let bound = ThreadBound(self)
    do {
      try topic.producers.enter(stamp, sink: sink) { bound.value.takeTurn(stamp) }
    } catch {
      refuse(error)
    }
  }

  private func takeTurn(_ stamp: ProducerStamp) {
    var parts = lanes.enumerated().compactMap { number, lane in
      lane.held.map { RequestPart(partition: number, count: $0.recordCount) }
    }
    // What is delivered later counts as a partition more.
    if let delayed { parts.append(RequestPart(partition: lanes.count, count: delayed.count)) }
    do {
      let verdict = try topic.producers.judge(stamp, parts, now: timestamp) {
        topic.partitions.map { $0.producer(stamp.id, now: timestamp) }
          + (delays.map { [$0.standing(of: stamp.id, for: topic.name)] } ?? [])
      }
      switch verdict {
      case .store:
        for lane in lanes.indices {
          if let held = lanes[lane].held { submit(held, lane, acknowledgement) }
        }
        if let delayed { handOver(delayed) }
      case .recall(let partitions):
        delayed = nil
        for number in partitions {
          if number == lanes.count {
            scheduled = delays?.request(stamp, for: topic.name).map { ScheduleOutcome($0) }
          } else {
            submit(BatchBuilder(stamp: stamp).finish(), number, acknowledgement)
          }
        }
      }
      onTurn?()
      answerWhenDone()
    } catch {
      topic.producers.leave(stamp, .nothing, now: timestamp)
      refuse(error)
    }
  }

  private func endTurn(_ stamp: ProducerStamp) {
    var stored = lanes.compactMap { lane in
      (try? lane.outcome?.result.get()).map(\.isDuplicate)
    }
    var asked = lanes.count { $0.outcome != nil }
    if let scheduled {
      asked += 1
      if scheduled.failure == nil { stored.append(scheduled.isDuplicate) }
    }
    let outcome: ProducerSession.Outcome
    if stored.isEmpty {
      outcome = .nothing
    } else if stored.count < asked {
      outcome = .part
    } else {
      outcome = stored.allSatisfy { $0 } ? .repeated : .whole
    }
    topic.producers.leave(stamp, outcome, now: timestamp)
  }

  private func refuse(_ error: BrokerError) {
    refusal = error
    waitingFor = 0
    answerWhenDone()
  }
}
