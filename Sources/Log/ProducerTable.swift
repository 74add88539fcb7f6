/// What one log remembers of its producers: for each its epoch and its last requests, by which a
/// repeat is told from something new at the place where the log's order is decided.
///
/// Sits behind a lock in its `PartitionLog`. The writer's thread looks and changes, as it appends;
/// others look before they hand a request over.
struct ProducerTable: Sendable {
  /// What one request changed, to be taken back if it cannot be written.
  struct Change {
    let id: Int64
    let before: ProducerEntry?
  }

  /// A producer, linked to the one that fell silent just before it and the one just after.
  private struct Slot {
    let id: Int64
    var entry: ProducerEntry
    var older: Int?
    var newer: Int?
  }

  let limits: ProducerLimits
  private var slots: [Slot?] = []
  private var places: [Int64: Int] = [:]
  private var free: [Int] = []
  private var oldest: Int?
  private var newest: Int?
  /// When the latest of the producers that were forgotten was last heard of; `nil` if there was
  /// none.
  private(set) var forgottenThrough: Int64?
  /// Up to where the file goes that the table was loaded from: requests from there on were found
  /// in the log, or have come since.
  private(set) var savedThrough = Offset.zero
  /// When that file was written.
  private(set) var savedMilliseconds: Int64?

  /// A table without producers.
  init(limits: ProducerLimits = ProducerLimits()) { self.limits = limits }

  /// A table as a file has it: `entries` with the longest silent one first.
  init(
    limits: ProducerLimits, savedThrough: Offset, savedMilliseconds: Int64,
    forgottenThrough: Int64?, entries: [(id: Int64, entry: ProducerEntry)]
  ) {
    self.limits = limits
    self.savedThrough = savedThrough
    self.savedMilliseconds = savedMilliseconds
    self.forgottenThrough = forgottenThrough
    for (id, entry) in entries { put(entry, of: id) }
  }

  /// How many producers are remembered.
  var count: Int { places.count }

  /// What is remembered of a producer; nothing if it has been silent for too long.
  func entry(of id: Int64, now: Int64) -> ProducerEntry? {
    guard let place = places[id], let entry = slots[place]?.entry, !isExpired(entry, now)
    else { return nil }
    return entry
  }

  /// The first copy of a request, if the log has it; `nil` if it is new here.
  ///
  /// Whether a sequence number was left out is not for one log to say: the topic's other partitions
  /// may have it.
  ///
  /// - Parameter count: the request's records; 0 stands for whatever the first copy has.
  /// - Throws: `producerFenced`, `sequenceTooOld`, `sequenceReused`.
  func firstCopy(
    of stamp: ProducerStamp, count: Int, now: Int64
  ) throws(LogError) -> RememberedRequest? {
    guard let entry = entry(of: stamp.id, now: now), stamp.epoch <= entry.epoch else { return nil }
    guard stamp.epoch == entry.epoch else { throw .producerFenced(epoch: entry.epoch) }
    if let first = entry.requests.request(stamp.sequence) {
      guard count == 0 || count == Int(first.count) else {
        throw .sequenceReused(count: Int(first.count))
      }
      return first
    }
    guard stamp.sequence > entry.requests.last.sequence else {
      throw .sequenceTooOld(last: entry.requests.last.sequence)
    }
    return nil
  }

  /// Takes in a request that the log has, or is about to get.
  ///
  /// Whatever does not follow what is remembered begins anew: it came when the producer had been
  /// forgotten.
  @discardableResult
  mutating func remember(
    _ request: RememberedRequest, of stamp: ProducerStamp, now: Int64
  ) -> Change {
    let before = places[stamp.id].flatMap { slots[$0]?.entry }
    var entry = ProducerEntry(
      epoch: stamp.epoch, requests: RequestWindow(request), latestMilliseconds: now)
    if let before, !isExpired(before, now), before.epoch == stamp.epoch,
      before.requests.last.sequence < request.sequence
    {
      entry.requests = before.requests
      entry.requests.add(request)
    }
    put(entry, of: stamp.id)
    return Change(id: stamp.id, before: before)
  }

  /// Takes a change back. Several go back in reverse order.
  mutating func takeBack(_ change: Change) {
    if let before = change.before { put(before, of: change.id) } else { remove(change.id) }
  }

  /// Forgets those who have been silent for too long, and the longest silent ones of too many.
  mutating func forget(now: Int64) {
    while let place = oldest, let slot = slots[place],
      count > limits.countMax || isExpired(slot.entry, now)
    {
      forgottenThrough = max(forgottenThrough ?? .min, slot.entry.latestMilliseconds)
      remove(slot.id)
    }
  }

  /// Says that producers may have been forgotten of which nothing is known, by a time.
  mutating func noteForgotten(through milliseconds: Int64) {
    forgottenThrough = max(forgottenThrough ?? .min, milliseconds)
  }

  /// Hands over everybody, the longest silent one first.
  func forEach(_ body: (Int64, ProducerEntry) -> Void) {
    var next = oldest
    while let place = next, let slot = slots[place] {
      body(slot.id, slot.entry)
      next = slot.newer
    }
  }

  private func isExpired(_ entry: ProducerEntry, _ now: Int64) -> Bool {
    now - entry.latestMilliseconds >= limits.expiryMilliseconds
  }

  private mutating func put(_ entry: ProducerEntry, of id: Int64) {
    if let place = places[id] {
      slots[place]?.entry = entry
      guard place != newest else { return }
      takeOut(place)
      putLast(place)
    } else {
      let slot = Slot(id: id, entry: entry)
      let place = free.popLast() ?? slots.count
      if place == slots.count { slots.append(slot) } else { slots[place] = slot }
      places[id] = place
      putLast(place)
    }
  }

  private mutating func remove(_ id: Int64) {
    guard let place = places.removeValue(forKey: id) else { return }
    takeOut(place)
    slots[place] = nil
    free.append(place)
  }

  private mutating func putLast(_ place: Int) {
    slots[place]?.older = newest
    slots[place]?.newer = nil
    if let newest { slots[newest]?.newer = place } else { oldest = place }
    newest = place
  }

  private mutating func takeOut(_ place: Int) {
    guard let slot = slots[place] else { return }
    if let older = slot.older { slots[older]?.newer = slot.newer } else { oldest = slot.newer }
    if let newer = slot.newer { slots[newer]?.older = slot.older } else { newest = slot.older }
  }
}
