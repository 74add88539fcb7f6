import Log
import Platform

/// Reads the journal of delayed records back. Waits for the disk.
///
/// It is read twice: first to learn what is done, then what came; so what came and went since the
/// last snapshot is not sorted into buckets at all.
struct DelayReplay {
  private let journal: Journal
  private let store: DelayStore
  /// What the last snapshot says, its numbers brought up to date.
  private(set) var snapshot = DelaySnapshot()
  /// Pieces of which nobody said what became of them.
  private var pieces: [Int64: DelayAnnouncement] = [:]
  private var done: [DelayKey] = []
  private var gone: Set<UInt32> = []
  /// Records with lower numbers were in the buckets when the snapshot was taken.
  private var firstNew: UInt64 = 0
  /// The topics by id, those among them of which the journal does not say yet that they are gone.
  private(set) var topics: [UInt32: String] = [:]
  /// What became of pieces of which the journal does not say it.
  private(set) var fates: [(number: Int64, fate: DelayPiece.Fate)] = []

  init(_ journal: Journal, _ store: DelayStore) {
    self.journal = journal
    self.store = store
  }

  /// Brings the store to where it was.
  ///
  /// - Parameter standing: the topics there are.
  mutating func run(standing: [String: Topic], now: Int64) throws(LogError) {
    var state = DelaySnapshot()
    try DelayReplay.forEachEvent(in: journal) { event in
      if case .state(let found) = event { state = found }
    }
    snapshot = state
    firstNew = state.nextNumber
    try store.restore(snapshot)
    for piece in snapshot.pieces { pieces[piece.number] = piece }
    for (id, topic) in snapshot.topics where !topic.isGone { topics[id] = topic.name }
    try DelayReplay.forEachEvent(in: journal) { event in note(event) }
    try settle(standing)
    try killOld()
    try addNew(now: now)
    // Nothing is in memory yet.
    for bucket in store.all { store.setLoaded(bucket, through: .lowest) }
    for id in gone { _ = store.markGone(id) }
    for (id, name) in topics where standing[name] == nil && !gone.contains(id) {
      _ = store.markGone(id)
    }
    topics = topics.filter { !gone.contains($0.key) }
    try store.removeStrangers()
  }

  private static func forEachEvent(
    in journal: Journal, _ body: (DelayEvent) -> Void
  ) throws(LogError) {
    var isSound = true
    func take(_ bytes: UnsafeRawBufferPointer) {
      do {
        body(try DelayEventReader.read(bytes))
      } catch {
        isSound = false
      }
    }
    try journal.replay(snapshot: take, event: take)
    guard isSound else {
      throw .corrupted(
        file: "state/scheduled", position: 0, reason: "an event is not what was written")
    }
  }

  /// Learns what is done.
  private mutating func note(_ event: DelayEvent) {
    switch event {
    case .added(let addition):
      snapshot.nextNumber = max(snapshot.nextNumber, addition.first + UInt64(addition.count))
      snapshot.nextTopic = max(snapshot.nextTopic, addition.topic + 1)
      topics[addition.topic] = addition.name
    case .announced(let announcements):
      for piece in announcements {
        pieces[piece.number] = piece
        snapshot.nextPiece = max(snapshot.nextPiece, piece.number + 1)
      }
    case .settled(let fates):
      for (number, fate) in fates {
        guard let piece = pieces.removeValue(forKey: number), fate != .returned else { continue }
        done += piece.keys
      }
    case .cancelled(_, let key): done.append(key)
    case .topicGone(let id): gone.insert(id)
    case .state: break
    }
  }

  /// Finds out what became of the other pieces: the logs tell.
  private mutating func settle(_ standing: [String: Topic]) throws(LogError) {
    var open: [String: [UInt32: [DelayAnnouncement]]] = [:]
    for piece in pieces.values {
      guard let name = topics[piece.topic], !gone.contains(piece.topic) else { continue }
      open[name, default: [:]][piece.partition, default: []].append(piece)
    }
    for (name, partitions) in open {
      for (partition, pieces) in partitions {
        guard let log = try? standing[name]?.partition(Int(partition)) else { continue }
        let from = pieces.map(\.end).min() ?? .zero
        let found = try StampSearch.ownWork(in: log, from: from)
        let arrived = Set(found.keys.compactMap { OwnWork.delayed.number(of: $0) })
        for piece in pieces {
          // Nothing is deleted that has arrived and is not settled (`Delays.noteArrivals`).
          let isArrived = arrived.contains(piece.number)
          if isArrived { done += piece.keys }
          fates.append((piece.number, isArrived ? .arrived : .returned))
        }
      }
    }
  }

  /// Marks what is done and was in the buckets before.
  private func killOld() throws(LogError) {
    let old = done.filter { $0.number < firstNew }.sorted()
    for bucket in store.all {
      let first = DelayReplay.count(old, before: bucket.range.lowerBound)
      let keys = old[first..<DelayReplay.count(old, before: bucket.range.upperBound)]
      if keys.isEmpty { continue }
      let view = bucket.view
      var places: [DelayPlace] = []
      func take(_ index: Int, _ entry: DelayEntry) {
        places.append(
          DelayPlace(entry: entry, bucket: bucket.file.number, index: UInt32(index)))
      }
      // A search takes a score of reads, a scan one for a thousand entries.
      if keys.count * 64 > view.count {
        let wanted = Set(keys)
        let scratch = ByteBuffer()
        var index = 0
        while index < view.count {
          index = try view.forEachEntry(from: index, scratch: scratch) { index, base in
            if wanted.contains(DelayEntry.key(base)) { take(index, DelayEntry(base)) }
          }
        }
      } else {
        for key in keys {
          if let index = try view.index(of: key) { take(index, try view.entry(index)) }
        }
      }
      store.markDone(places)
    }
  }

  /// How many of these keys, which are in order, are due before a time.
  private static func count(_ keys: [DelayKey], before due: Int64) -> Int {
    keys.partitioningIndex { $0.due >= due }
  }

  /// Sorts in what came since the last snapshot and still waits.
  private func addNew(now: Int64) throws(LogError) {
    let skipped = Set(done.map(\.number))
    var failure: LogError?
    try DelayReplay.forEachEvent(in: journal) { event in
      guard failure == nil, case .added(let addition) = event else { return }
      do throws(LogError) {
        try store.apply(addition, now: now, skipping: skipped) { _ in }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}
