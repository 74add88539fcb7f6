import Log
import Platform

/// The hand-over of what is due: announced a little ahead of time, so that when the time comes one
/// write brings it into its topic.
extension DelayRounds {
  /// So long before they are due records are announced at the earliest.
  static let lookAheadMilliseconds: Int64 = 100
  /// And at the latest: the time a commit may take. One that comes later than that waits for its
  /// announcement. The time in between has one announcement, and one sync, serve many records.
  private static let leadMilliseconds: Int64 = 70
  /// No more records are announced at a time, nor more bytes.
  private static let heldMax = 20_000
  private static let heldBytesMax = 8 << 20
  private static let pieceBytesMax = 1 << 20
  /// A log's index of tags has room for so many bytes of new ones in any case.
  private static let pieceTagBytesMax = 16 << 10

  /// True if pieces may be put together now.
  var canAnnounce: Bool {
    announcing.isEmpty && !isStopping && !isResting && held.count < DelayRounds.heldMax
  }

  /// When the next announcement is due, if there is anything to announce.
  var announcementTime: Int64? {
    guard let first = heap.min else { return nil }
    // It goes before some that are announced already, so it must be announced before they are due.
    if let last = announced.last, first.key.due < last.due { return .min }
    return first.key.due - DelayRounds.leadMilliseconds
  }

  func handOver(_ now: Int64) {
    guard !isResting else { return }
    while let piece = announced.first, piece.due <= now { append(announced.removeFirst()) }
    announce(now)
  }

  // MARK: - Announcing

  private struct Lane: Hashable {
    let topic: UInt32
    let partition: UInt32
  }

  /// Puts pieces together: one for each partition and millisecond.
  private func announce(_ now: Int64) {
    guard canAnnounce, let time = announcementTime, time <= now else { return }
    let horizon = now + DelayRounds.lookAheadMilliseconds
    let frontier = store.frontier
    var lanes: [Lane: Int] = [:]
    var slot = Int64.min
    var bytes = 0
    while let place = heap.min, place.key.due <= horizon, place.key < frontier,
      held.count < DelayRounds.heldMax, bytes < DelayRounds.heldBytesMax
    {
      heap.removeMin()
      if store.isDone(place) || held.contains(place.key.number) { continue }
      if cancelling[place.key.number] != nil {
        aside[place.key.number] = place
        continue
      }
      if max(place.key.due, now) != slot {
        slot = max(place.key.due, now)
        lanes.removeAll(keepingCapacity: true)
      }
      bytes += place.entry.size
      add(place, &lanes, now)
    }
    guard !announcing.isEmpty else { return }
    announcing.sort { ($0.due, $0.number) < ($1.due, $1.number) }
    let event = ByteBuffer(capacity: 1024)
    DelayEventWriter(buffer: event).announced(announcing.map(\.announcement))
    let bound = ThreadBound(self)
    journal.note(event, .committed) { bound.value.wereAnnounced($0) }
    hasWritten = true
  }

  private func add(_ place: DelayPlace, _ lanes: inout [Lane: Int], _ now: Int64) {
    let entry = place.entry
    guard let name = store.name(of: entry.topic), !store.isGone(entry.topic) else {
      return store.markDone([place])
    }
    guard let record = record(of: place) else { return }
    let lane = Lane(topic: entry.topic, partition: entry.partition)
    if let index = lanes[lane],
      announcing[index].bytes + entry.size > DelayRounds.pieceBytesMax
        || announcing[index].tagBytes > DelayRounds.pieceTagBytesMax
    {
      lanes[lane] = nil
    }
    if lanes[lane] == nil {
      // A topic that is not found was deleted just now: its records are about to be dropped.
      guard let topic = topicNamed(name) else { return }
      guard let log = try? topic.partition(Int(entry.partition)) else {
        return putBackLater(place, "there is no partition \(name)-\(entry.partition)")
      }
      lanes[lane] = announcing.count
      announcing.append(
        DelayPiece(
          number: nextPiece, topic: entry.topic, partition: entry.partition, log: log))
      nextPiece += 1
    }
    let timestamp = record.timestamp >= 0 ? record.timestamp : max(entry.key.due, now)
    announcing[lanes[lane]!].append(record, place, timestamp: timestamp)
    held.insert(entry.key.number)
  }

  /// The record of an entry, valid until the next one is read.
  private func record(of place: DelayPlace) -> Record? {
    do throws(LogError) {
      if try store.shared.copyRecord(of: place.entry, into: scratch),
        let record = LooseRecord.read(scratch.bytes)
      {
        return record
      }
      putBackLater(place, "its checksum does not hold")
    } catch {
      putBackLater(place, "\(error)")
    }
    return nil
  }

  /// Leaves a record to the next start: it waits on.
  private func putBackLater(_ place: DelayPlace, _ reason: String) {
    metrics.unreadable.increment()
    report("the delayed record \(place.key.id) cannot be delivered: \(reason)")
  }

  private func wereAnnounced(_ outcome: Result<AppendRequest.Stored, LogError>) {
    let pieces = announcing
    announcing = []
    switch outcome {
    case .success:
      announced.append(contentsOf: pieces)
      // What came late may be due before what was announced before it.
      if announced.count > pieces.count {
        announced.sort { ($0.due, $0.number) < ($1.due, $1.number) }
      }
    case .failure(let error):
      report("delayed records cannot be announced: \(error)")
      for piece in pieces { giveBack(piece) }
      rest(because: error)
    }
  }

  // MARK: - Appending

  private func append(_ piece: DelayPiece) {
    if store.isGone(piece.topic) { return drop(piece) }
    appending[piece.number] = piece
    let number = piece.number
    let bound = ThreadBound(self)
    piece.log.append(piece.finish(), acknowledgement: .committed, sink: sink) { outcome in
      bound.value.wasAppended(number, outcome)
    }
    hasWritten = true
  }

  private func wasAppended(
    _ number: Int64, _ outcome: Result<AppendRequest.Stored, LogError>
  ) {
    guard let piece = appending.removeValue(forKey: number) else { return }
    switch outcome {
    case .success:
      let now = clock.wallMilliseconds()
      for place in piece.places {
        metrics.lag.observe(UInt64(max(0, now - place.key.due)) * 1_000_000)
      }
      metrics.delivered.add(piece.places.count)
      letGo(piece)
      store.markDone(piece.places)
      fates.append((number, .arrived))
    case .failure(.closed): drop(piece)
    case .failure(.offline(let reason)):
      // It may stand in the log all the same: the next start looks.
      report("delayed records are not delivered any more: \(reason)")
      rest(because: .offline(reason: reason))
    case .failure(let error):
      report("delayed records cannot be delivered now: \(error)")
      giveBack(piece)
      fates.append((number, .returned))
      rest(because: error)
    }
  }

  private func drop(_ piece: DelayPiece) {
    letGo(piece)
    store.markDone(piece.places)
    fates.append((piece.number, .dropped))
  }

  private func letGo(_ piece: DelayPiece) {
    for place in piece.places { held.remove(place.key.number) }
  }

  /// Has a piece's records wait on.
  func giveBack(_ piece: DelayPiece) {
    letGo(piece)
    // Should the heap get one a second time, the first one that is popped counts.
    for place in piece.places { heap.insert(place) }
  }

  /// Writes down what became of pieces. Should that be lost with the server, the logs tell it.
  func noteFates() {
    guard !fates.isEmpty, !isResting else { return }
    noteFates(.written) { _ in }
  }

  /// What cannot be written is written the next time; `completion` is told whether all could.
  private func noteFates(
    _ acknowledgement: AppendRequest.Acknowledgement, _ completion: @escaping (Bool) -> Void
  ) {
    let noted = fates
    fates.removeAll()
    let event = ByteBuffer()
    DelayEventWriter(buffer: event).settled(noted)
    hasUnsyncedFates = acknowledgement == .written
    let bound = ThreadBound((self, completion))
    journal.note(event, acknowledgement) { outcome in
      let (rounds, completion) = bound.value
      if case .failure(let error) = outcome {
        rounds.fates = noted + rounds.fates
        rounds.hasUnsyncedFates = true
        rounds.rest(because: error)
      }
      // An earlier one may have failed.
      completion(rounds.fates.isEmpty)
    }
    hasWritten = true
  }

  /// Answers those who wait until what became of pieces is on the disk, or cannot be written.
  func answerArrivals() {
    guard !arrivals.isEmpty else { return }
    var ready: [Mailbox<Bool>] = []
    for index in arrivals.indices.reversed() {
      arrivals[index].pieces.formIntersection(appending.keys)
      guard arrivals[index].pieces.isEmpty else { continue }
      ready.append(arrivals.remove(at: index).waiter)
    }
    guard !ready.isEmpty else { return }
    let answer = { (isNoted: Bool) in for waiter in ready { waiter.post(isNoted) } }
    if fates.isEmpty, !hasUnsyncedFates { return answer(true) }
    noteFates(.committed, answer)
  }
}
