import Log
import Platform

/// Sorts delayed records into buckets on the disk and takes them out again. Belongs to the thread
/// of delays, or to whoever replays the journal before that runs.
///
/// Nothing is synced here: the journal is the truth until a checkpoint (`capture`) has synced the
/// files and said how long they are.
final class DelayStore {
  /// Where a bucket stands in time.
  struct Stretch: Hashable {
    let level: Int
    let from: Int64

    init(level: DelayLevel, from: Int64) { (self.level, self.from) = (level.number, from) }
    init(_ bucket: DelayBucket) { self.init(level: bucket.level, from: bucket.range.lowerBound) }
  }

  /// What `crowdedEntries` is where nobody says otherwise: a page looks at two or three buckets of
  /// that size at most, and few files take many entries.
  static let crowdedEntriesByDefault = 65_536

  /// What one addition brings for one bucket.
  private struct Share {
    let bucket: DelayBucket
    let records: DelayRecordFile
    let entryBytes = ByteBuffer(capacity: DelayEntry.bytes)
    let recordBytes = ByteBuffer(capacity: 256)
    var topic: UInt32
    var count = 0
    var earliest = Int64.max
  }

  /// While very many records come in, only what is so many times too much for a bucket is split.
  private static let crowdedTimesWhileBusy = 64

  let shared: DelayBuckets
  let files: AppendFiles
  /// Removes a file that no snapshot names.
  private let remove: (UInt32) -> Void
  /// With so many entries a bucket is crowded: it is split, however far away it is.
  private let crowdedEntries: Int
  /// The buckets that new records go to.
  var arrivals: [Stretch: DelayBucket] = [:]
  /// The latest bucket of those that were split off others.
  private var splits: [Stretch: DelayBucket] = [:]
  /// The numbers of the crowded ones, in the order in which they became so.
  private var crowded: [UInt32] = []
  private var byNumber: [UInt32: DelayBucket] = [:]
  var nextFile: UInt32 = 1
  /// Files that the last snapshot may name and the next one will not.
  var retired: [UInt32] = []
  var retiredBytes = 0
  /// Buckets that could not be read, and when that is tried again.
  private var unreadable: [UInt32: MonotonicTime] = [:]
  /// The split under way.
  var split: DelaySplit?

  init(
    _ shared: DelayBuckets, _ files: AppendFiles,
    crowdedEntries: Int = DelayStore.crowdedEntriesByDefault, remove: @escaping (UInt32) -> Void
  ) {
    self.shared = shared
    self.files = files
    self.crowdedEntries = crowdedEntries
    self.remove = remove
  }

  // MARK: - Coming in

  /// Stores an addition's records in the buckets they belong to: all of them, or none if a file
  /// cannot be written.
  ///
  /// - Parameters:
  ///   - skipped: numbers of records that are done already.
  ///   - near: gets those that belong into memory at once.
  func apply(
    _ addition: DelayAddition, now: Int64, skipping skipped: Set<UInt64> = [],
    near: (DelayPlace) -> Void
  ) throws(LogError) {
    var shares: [Share] = []
    var position = 0
    for index in 0..<addition.count {
      let size = addition.size(index)
      defer { position += size }
      let number = addition.first + UInt64(index)
      if !skipped.isEmpty, skipped.contains(number) { continue }
      let key = DelayKey(due: addition.due(index), number: number)
      let place = try share(for: key, addition.topic, now, &shares)
      let bytes = addition.records[position..<(position + size)]
      put(
        key, addition.partition(index), UnsafeRawBufferPointer(rebasing: bytes), &shares[place])
    }
    for share in shares {
      try share.records.file.append(share.recordBytes.bytes, at: share.records.bytes)
      try share.bucket.file.append(
        share.entryBytes.bytes, at: share.bucket.count * DelayEntry.bytes)
    }
    shared.state.withLock { state in
      state.topics.stand(addition.topic, name: addition.name)
      state.producers.note(addition, now: now)
      state.transactions.note(addition)
      for share in shares { count(share, &state) }
    }
    for share in shares { tell(share, near) }
  }

  private func share(
    for key: DelayKey, _ topic: UInt32, _ now: Int64, _ shares: inout [Share]
  ) throws(LogError) -> Int {
    // Neighbours tend to be due at about the same time.
    if let found = shares.lastIndex(where: { $0.bucket.range.contains(key.due) }) {
      return found
    }
    let bucket = try bucket(for: key.due, now)
    guard let records = bucket.records else { preconditionFailure("a bucket takes no records") }
    shares.append(Share(bucket: bucket, records: records, topic: topic))
    return shares.count - 1
  }

  private func put(
    _ key: DelayKey, _ partition: UInt32, _ bytes: UnsafeRawBufferPointer, _ share: inout Share
  ) {
    let entry = DelayEntry(
      key: key, topic: share.topic, partition: partition, file: share.records.file.number,
      position: share.records.bytes + share.recordBytes.count, size: bytes.count)
    _ = share.entryBytes.appendUninitialized(atMost: DelayEntry.bytes) { memory in
      entry.write(to: memory.baseAddress!)
      return DelayEntry.bytes
    }
    share.recordBytes.append(bytes)
    share.count += 1
    share.earliest = min(share.earliest, key.due)
  }

  private func count(_ share: Share, _ state: inout DelayBuckets.State) {
    grow(share.bucket, by: share.count, earliest: share.earliest)
    share.records.bytes += share.recordBytes.count
    share.records.live += share.count
    share.records.isUnsynced = true
    state.topics.add(share.count, to: share.topic)
  }

  /// Shows entries that were written behind a bucket's others. Under the lock.
  private func grow(_ bucket: DelayBucket, by count: Int, earliest: Int64) {
    bucket.count += count
    bucket.earliest = min(bucket.earliest, earliest)
    bucket.lastNumber = nil
    bucket.isUnsynced = true
    noteCrowd(bucket)
  }

  private func noteCrowd(_ bucket: DelayBucket) {
    guard bucket.count >= crowdedEntries, bucket.level.narrower != nil,
      !crowded.contains(bucket.file.number)
    else { return }
    crowded.append(bucket.file.number)
  }

  private func tell(_ share: Share, _ near: (DelayPlace) -> Void) {
    let bucket = share.bucket
    guard bucket.loadedThrough > .lowest, let base = share.entryBytes.bytes.baseAddress else {
      return
    }
    for index in 0..<share.count {
      let entry = DelayEntry(base + index * DelayEntry.bytes)
      guard entry.key <= bucket.loadedThrough else { continue }
      let place = UInt32(bucket.count - share.count + index)
      near(DelayPlace(entry: entry, bucket: bucket.file.number, index: place))
    }
  }

  private func bucket(for due: Int64, _ now: Int64) throws(LogError) -> DelayBucket {
    let level = DelayLevel.arrival(of: due, now: now)
    let stretch = Stretch(level: level, from: level.start(of: due))
    if let known = arrivals[stretch] { return known }
    let bucket = try makeBucket(level, from: stretch.from, takesRecords: true)
    // There is nothing in it yet: all of it is in memory.
    if level.isNarrow, stretch.from - now <= level.leadMilliseconds {
      bucket.loadedThrough = .highest
    }
    arrivals[stretch] = bucket
    shared.state.withLock { insert(bucket, &$0) }
    return bucket
  }

  /// A bucket that nobody sees yet.
  func makeBucket(
    _ level: DelayLevel, from: Int64, takesRecords: Bool
  ) throws(LogError) -> DelayBucket {
    let records = takesRecords ? DelayRecordFile(try makeFile()) : nil
    do throws(LogError) {
      return DelayBucket(level: level, from: from, try makeFile(), records: records)
    } catch {
      if let records { remove(records.file.number) }
      throw error
    }
  }

  private func makeFile() throws(LogError) -> AppendFile {
    let file = try files.make(nextFile)
    nextFile += 1
    return file
  }

  func insert(_ bucket: DelayBucket, _ state: inout DelayBuckets.State) {
    let index = state.buckets.firstIndex { other in
      other.range.lowerBound > bucket.range.lowerBound
        || other.range.lowerBound == bucket.range.lowerBound
          && other.level.widthMilliseconds < bucket.level.widthMilliseconds
    }
    state.buckets.insert(bucket, at: index ?? state.buckets.count)
    byNumber[bucket.file.number] = bucket
    if bucket.records == nil { splits[Stretch(bucket)] = bucket }
    noteCrowd(bucket)
    if let records = bucket.records { state.files[records.file.number] = records }
  }

  // MARK: - Finding

  /// The topics as they are now.
  var topics: DelayTopics { shared.state.withLock { $0.topics } }

  /// The crowded bucket that is to be split next; one that is about to be taken into memory, or
  /// split in any case, is left to that.
  ///
  /// - Parameter isBusy: true while very many records come in: then that comes first, unless it
  ///   gets too much.
  func nextCrowded(_ now: Int64, isBusy: Bool) -> DelayBucket? {
    let least = isBusy ? crowdedEntries * DelayStore.crowdedTimesWhileBusy : crowdedEntries
    for number in crowded {
      if let bucket = byNumber[number], bucket.count >= least, bucket.isUntouched,
        isToBeLoaded(bucket), bucket.range.lowerBound - now > bucket.level.leadMilliseconds
      {
        return bucket
      }
    }
    return nil
  }

  func isGone(_ topic: UInt32) -> Bool { shared.state.withLock { $0.topics.isGone(topic) } }

  func name(of topic: UInt32) -> String? { shared.state.withLock { $0.topics[topic]?.name } }

  func bucket(_ number: UInt32) -> DelayBucket? { byNumber[number] }

  /// All buckets, the earliest first.
  var all: [DelayBucket] { shared.state.withLock { $0.buckets } }

  /// True if the record was handed over, taken back or dropped.
  func isDone(_ place: DelayPlace) -> Bool {
    byNumber[place.bucket]?.done.contains(Int(place.index)) ?? true
  }

  /// Where the entry with this key is, if its record still waits. May wait for the disk.
  func place(of key: DelayKey) throws(LogError) -> DelayPlace? {
    for bucket in all where bucket.range.contains(key.due) {
      let view = bucket.view
      guard let index = try view.index(of: key) else { continue }
      if view.done.contains(index) { return nil }
      return DelayPlace(
        entry: try view.entry(index), bucket: bucket.file.number, index: UInt32(index))
    }
    return nil
  }

  /// True if some of it waits on the disk, and can be read as far as one knows.
  func isToBeLoaded(_ bucket: DelayBucket) -> Bool {
    !bucket.isLoaded && bucket.live > 0 && unreadable[bucket.file.number] == nil
  }

  /// Records with this key or behind are not handed over yet: earlier ones may lie on the disk,
  /// where they can be read.
  var frontier: DelayKey {
    var frontier = DelayKey.highest
    for bucket in all {
      if bucket.range.lowerBound > frontier.due { break }
      guard isToBeLoaded(bucket) else { continue }
      let first = DelayKey(due: bucket.range.lowerBound, number: 0)
      frontier = min(frontier, max(first, bucket.loadedThrough.next))
    }
    return frontier
  }

  /// A bucket cannot be read: nothing waits for it until that is tried again.
  func noteUnreadable(_ bucket: DelayBucket, until time: MonotonicTime) {
    unreadable[bucket.file.number] = time
  }

  /// Those whose time has come are tried again.
  func readAgain(at now: MonotonicTime) {
    if !unreadable.isEmpty { unreadable = unreadable.filter { now < $0.value } }
  }

  // MARK: - Going out

  /// Notes that records do not wait any more.
  func markDone(_ places: some Collection<DelayPlace>) {
    shared.state.withLock { state in
      for place in places {
        guard let bucket = byNumber[place.bucket], bucket.done.insert(Int(place.index)) else {
          continue
        }
        state.files[place.entry.file]?.live -= 1
        state.topics.add(-1, to: place.entry.topic)
        if let split, split.parent === bucket { split.goneMeanwhile.append(place.key) }
      }
    }
  }

  /// Notes that a topic is gone; gives how many records waited for it.
  func markGone(_ topic: UInt32) -> Int {
    shared.state.withLock { state in
      state.producers.forget(topic: topic)
      return state.topics.markGone(topic)
    }
  }

  /// Says up to where a bucket's entries are in memory.
  func setLoaded(_ bucket: DelayBucket, through key: DelayKey) {
    shared.state.withLock { _ in bucket.loadedThrough = key }
  }

  /// Has no more records go to a bucket.
  func closeArrival(_ bucket: DelayBucket) {
    if arrivals[Stretch(bucket)] === bucket { arrivals[Stretch(bucket)] = nil }
  }

  /// The bucket for entries that are split off another, the first of which has this number: one
  /// that stands already if none of it is in memory and the order of numbers is kept.
  func child(
    _ level: DelayLevel, from: Int64, behind number: UInt64
  ) throws(LogError) -> DelaySplit.Child {
    if let known = splits[Stretch(level: level, from: from)], known.isUntouched {
      if known.lastNumber == nil, known.count > 0 {
        known.lastNumber = try known.view.entry(known.count - 1).key.number
      }
      if let last = known.lastNumber, last < number {
        return DelaySplit.Child(known, isNew: false)
      }
    }
    return DelaySplit.Child(try makeBucket(level, from: from, takesRecords: false), isNew: true)
  }

  /// Puts narrower buckets in a bucket's place.
  func replace(_ bucket: DelayBucket, by children: [DelaySplit.Child]) {
    shared.state.withLock { state in
      drop(bucket, &state)
      for child in children {
        grow(child.bucket, by: child.count, earliest: child.earliest)
        child.bucket.lastNumber = child.lastNumber
        for index in child.gone { _ = child.bucket.done.insert(index) }
        if child.isNew { insert(child.bucket, &state) }
      }
    }
  }

  /// Lets go of files that hold nothing any more.
  func sweep(now: Int64) {
    shared.state.withLock { state in
      for bucket in state.buckets where bucket.live == 0 {
        if let split, bucket === split.parent || split.fills(bucket) { continue }
        // One that begins to fill again and again is not made anew each time.
        if bucket.range.upperBound <= now || bucket.count >= 4096 { drop(bucket, &state) }
      }
      for file in Array(state.files.values) where !file.isOpen && file.live == 0 {
        state.files[file.file.number] = nil
        retire(file.file.number, file.bytes, isNamed: file.isNamed)
      }
      state.topics.sweep()
    }
  }

  private func drop(_ bucket: DelayBucket, _ state: inout DelayBuckets.State) {
    state.buckets.removeAll { $0 === bucket }
    byNumber[bucket.file.number] = nil
    bucket.records?.isOpen = false
    closeArrival(bucket)
    if splits[Stretch(bucket)] === bucket { splits[Stretch(bucket)] = nil }
    crowded.removeAll { $0 == bucket.file.number }
    retire(bucket.file.number, bucket.count * DelayEntry.bytes, isNamed: bucket.isNamed)
  }

  /// Lets go of a bucket that was never shown.
  func discard(_ bucket: DelayBucket) { remove(bucket.file.number) }

  private func retire(_ number: UInt32, _ bytes: Int, isNamed: Bool) {
    guard isNamed else { return remove(number) }
    retired.append(number)
    retiredBytes += bytes
  }
}
