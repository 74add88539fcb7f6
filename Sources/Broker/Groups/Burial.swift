import Log
import Platform

/// Moves a group's dying messages to its dead-letter topic, each once, whatever dies in between:
/// the move is announced in the journal with the place where the topic ended then; after a crash,
/// what stands behind that place tells which of the announced ones have arrived.
///
/// For the scheduler's thread: it waits for the disk.
struct Burial {
  /// So many messages are moved at a time.
  private static let messagesMax = 1000
  /// And about so many bytes.
  private static let bytesMax = 4 << 20

  let group: Group
  let letters: any RecordLog
  let letterTopic: String
  let now: Int64
  let report: @Sendable (String) -> Void

  /// Moves some; false if there was nothing to move.
  func run() throws(LogError) -> Bool {
    // What an ordered group holds back may wait for what is settled here.
    defer { if group.config.isOrdered { group.wakeWaiters() } }
    try settleAnnounced()
    clip()
    spareLetters()
    let dying = try announce()
    if dying.isEmpty { return false }
    try move(dying)
    return true
  }

  /// The epoch tells whether the group has been sought elsewhere since they were chosen: then
  /// nothing more is to be said of them.
  private typealias Dying = (partition: GroupPartition, run: DeliveryRun, epoch: UInt32)

  /// Finds out what became of moves that were announced and not finished.
  private func settleAnnounced() throws(LogError) {
    let announced = dying { $0.due >= 0 }
    guard let from = announced.map(\.run.due).min() else { return }
    var arrived: Set<DeadLetter.Origin> = []
    var next = max(Offset(from), letters.offsets.logStart)
    let end = letters.offsets.highWatermark
    while next < end {
      let slice = try letters.read(ReadRequest(offset: next, maxBytes: Burial.bytesMax))
      try forEachRecord(slice) { record in
        if let origin = DeadLetter.origin(of: record) { arrived.insert(origin) }
      }
      next = slice.nextOffset
    }
    let events = GroupEventWriter(buffer: ByteBuffer())
    group.state.withLock { _ in
      for (partition, run, epoch) in announced where partition.progress.epoch == epoch {
        var changes: [ProgressChange] = []
        for offset in run.range {
          let origin = DeadLetter.Origin(
            group: group.name, topic: partition.topic, partition: partition.number,
            offset: offset)
          if arrived.contains(origin) {
            changes.append(.done(offset..<(offset + 1)))
          } else {
            var open = run.cut(to: offset..<(offset + 1))
            open.due = -1
            changes.append(.run(open))
          }
        }
        group.apply(changes, to: partition, events)
      }
      group.journal.note(events.buffer)
    }
  }

  /// What retention deleted is past burying.
  private func clip() {
    let events = GroupEventWriter(buffer: ByteBuffer())
    group.state.withLock { state in
      for partition in state.byID.values where partition.progress.runs.dying > 0 {
        group.clip(partition, events)
      }
      if !events.buffer.isEmpty { group.journal.note(events.buffer) }
    }
  }

  /// A dead letter that dies again stays where it is, and is delivered again after the last step.
  private func spareLetters() {
    let events = GroupEventWriter(buffer: ByteBuffer())
    group.state.withLock { state in
      let wait = state.config.backoffMilliseconds.last ?? 0
      for partition in state.partitions[letterTopic] ?? [] {
        guard let partition, partition.progress.runs.dying > 0 else { continue }
        var changes: [ProgressChange] = []
        partition.progress.runs.forEach { run in
          guard run.condition == .dying else { return }
          var run = run
          run.condition = .waiting
          run.due = now + wait
          changes.append(.run(run))
        }
        group.apply(changes, to: partition, events)
      }
      if !events.buffer.isEmpty { group.journal.note(events.buffer) }
    }
  }

  /// Chooses messages and says in the journal, on the disk, that they are about to be moved.
  private func announce() throws(LogError) -> [Dying] {
    let chosen = dying { $0.due < 0 }
    guard !chosen.isEmpty else { return [] }
    let end = letters.offsets.logEnd.value
    let events = GroupEventWriter(buffer: ByteBuffer())
    let written = Mailbox<Result<Void, BrokerError>>()
    let announced = group.state.withLock { _ in
      var announced: [Dying] = []
      for (partition, var run, epoch) in chosen where partition.progress.epoch == epoch {
        run.due = end
        group.apply([.run(run)], to: partition, events)
        announced.append((partition, run, epoch))
      }
      group.journal.append(events.buffer, .committed, sink: DirectSink()) { written.post($0) }
      return announced
    }
    try group.journal.wait(for: written)
    return announced
  }

  /// Moves as many of the announced messages as go at a time; the next run finds that the others
  /// have not arrived.
  private func move(_ dying: [Dying]) throws(LogError) {
    let builder = BatchBuilder()
    let attemptsMax = group.config.maxAttempts
    var moved: [Dying] = []
    var lost: [Dying] = []
    var failure: LogError?
    for (partition, run, epoch) in dying {
      let reason = Int(run.attempt) >= attemptsMax ? DeadLetterReason.maxAttempts : .rejected
      var next = run.offset
      do throws(LogError) {
        let slice = try firstBatches(
          of: run, in: partition, maxBytes: Burial.bytesMax - builder.bytes)
        if let damage = slice.passedDamage {
          next = min(run.end, damage.end.value)
          let part = run.cut(to: run.offset..<next)
          lost.append((partition, part, epoch))
          report("\(part.count) dying messages of \(group.name) cannot be read: \(damage.error)")
        }
        let from = next
        defer { if next > from { moved.append((partition, run.cut(to: from..<next), epoch)) } }
        try forEachRecord(slice) { record in
          guard run.range.contains(record.offset.value) else { return }
          let headers = DeadLetter.headers(
            of: record, run, group: group.name, partition, reason: reason)
          builder.append(
            key: record.key, value: record.value, headers: headers, timestamp: record.timestamp)
          next = record.offset.value + 1
        }
        next = min(run.end, slice.nextOffset.value)
      } catch {
        switch error {
        // The next run begins behind what retention took meanwhile.
        case .offsetTooOld: continue
        // The next run passes over what is known to be damaged by now.
        case .corrupted: failure = error
        default: throw error
        }
      }
      if builder.bytes >= Burial.bytesMax { break }
    }
    if moved.isEmpty, lost.isEmpty, let failure { throw failure }
    if builder.recordCount > 0 { try append(builder.finish()) }
    let events = GroupEventWriter(buffer: ByteBuffer())
    group.state.withLock { _ in
      for (partition, run, _) in moved { partition.counts.dead += Int(run.count) }
      for (partition, run, _) in lost { partition.counts.lost += Int(run.count) }
      for (partition, run, epoch) in moved + lost where partition.progress.epoch == epoch {
        group.apply([.done(run.range)], to: partition, events)
      }
      group.journal.note(events.buffer)
    }
  }

  /// The batches with a run's first messages, or all of them.
  private func firstBatches(
    of run: DeliveryRun, in partition: GroupPartition, maxBytes: Int
  ) throws(LogError) -> LogSlice {
    var request = ReadRequest(offset: Offset(run.offset), maxBytes: maxBytes)
    request.end = Offset(run.end)
    request.passesDamage = true
    return try partition.log.read(request)
  }

  private func append(_ batches: FramedBatches) throws(LogError) {
    let answer = Mailbox<Result<AppendRequest.Stored, LogError>>()
    letters.append(batches, acknowledgement: .committed, sink: DirectSink()) { answer.post($0) }
    group.journal.wakeWriter()
    var outcome: [Result<AppendRequest.Stored, LogError>] = []
    _ = answer.take(into: &outcome, until: nil)
    _ = try outcome[0].get()
  }

  private func dying(_ isWanted: (DeliveryRun) -> Bool) -> [Dying] {
    group.state.withLock { state in
      var chosen: [Dying] = []
      var count = 0
      for partition in state.byID.values where partition.progress.runs.dying > 0 {
        partition.progress.runs.forEach { run in
          guard run.condition == .dying, isWanted(run), count < Burial.messagesMax else { return }
          let part = run.cut(
            to: run.offset..<min(run.end, run.offset + Int64(Burial.messagesMax - count)))
          chosen.append((partition, part, partition.progress.epoch))
          count += Int(part.count)
        }
      }
      return chosen
    }
  }

  private func forEachRecord(
    _ slice: LogSlice, _ body: (Record) -> Void
  ) throws(LogError) {
    let reader = SliceReader(slice)
    while let (header, bytes) = try reader.nextWaiting() {
      do throws(RecordReader.Failure) {
        var records = try RecordReader(bytes, header: header)
        while let record = try records.next() { body(record) }
      } catch {
        throw reader.malformed()
      }
    }
  }
}
