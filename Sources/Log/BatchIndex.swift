import Platform
import Synchronization

/// A segment's `.tags` file: the tag dictionary and one entry a batch, by which every read finds
/// the exact bytes it sends without looking at the log.
///
/// The log's writer appends; anybody searches.
final class BatchIndex: Sendable {
  /// Where the entries begin: the dictionary's room is reserved as a hole, which costs no disk.
  static let entriesFrom = 1 << 20

  private struct Dictionary {
    var numbers: [Tag: UInt32] = [:]
    var end = IndexSummary.bytes
  }

  let entries: EntryFile
  private let dictionary: Lock<Dictionary>
  private let damaged: Atomic<Int>
  private let stamped: Atomic<Bool>
  private let end: Atomic<UInt32>

  /// A new, empty index in `file`.
  init(creating file: any File, _ openFiles: OpenFiles) throws(SystemError) {
    try file.truncate(to: 0)
    try file.truncate(to: BatchIndex.entriesFrom)
    entries = try EntryFile(
      file, openFiles, headerBytes: BatchIndex.entriesFrom, entryBytes: BatchEntry.bytes,
      count: 0)
    dictionary = Lock(Dictionary())
    damaged = Atomic(0)
    stamped = Atomic(false)
    end = Atomic(0)
    try IndexSummary().write(to: file)
  }

  /// The index in `file` as far as `summary` goes, whose counts are known to fit; `nil` if the
  /// dictionary in `head` is none.
  init?(
    opening file: any File, _ openFiles: OpenFiles, head: UnsafeRawBufferPointer,
    _ summary: IndexSummary
  ) throws(SystemError) {
    guard let dictionary = BatchIndex.readDictionary(head, end: summary.dictionaryEnd)
    else { return nil }
    entries = try EntryFile(
      file, openFiles, headerBytes: BatchIndex.entriesFrom, entryBytes: BatchEntry.bytes,
      count: summary.batches)
    self.dictionary = Lock(dictionary)
    damaged = Atomic(summary.damaged)
    stamped = Atomic(summary.holdsStamps)
    end = Atomic(summary.recordsEnd)
  }

  /// Stands for an index that cannot be read: it has no entry, and none may be added.
  init(unread path: String, _ openFiles: OpenFiles) {
    entries = EntryFile(
      unread: path, openFiles, headerBytes: BatchIndex.entriesFrom, entryBytes: BatchEntry.bytes)
    dictionary = Lock(Dictionary())
    damaged = Atomic(0)
    stamped = Atomic(false)
    end = Atomic(0)
  }

  /// The entries as they stand now. Waits for the disk if they have to be mapped first.
  func view() throws(SystemError) -> EntryFile.View { try entries.view() }

  /// True when some entry stands for damaged bytes.
  var hasDamage: Bool { damaged.load(ordering: .relaxed) > 0 }

  /// True when a batch of the segment was stamped by a producer.
  var holdsStamps: Bool { stamped.load(ordering: .relaxed) }

  /// The relative offset behind the last record; 0 where nobody has written it down.
  var recordsEnd: UInt32 { end.load(ordering: .relaxed) }

  /// Says that one was.
  func noteStamp() { stamped.store(true, ordering: .relaxed) }

  /// The entries that stand for damaged bytes; looks at all entries if there are any.
  func damage() throws(SystemError) -> [BatchEntry] {
    guard hasDamage else { return [] }
    let view = try view()
    defer { view.end() }
    return (0..<view.count).map { BatchEntry(view[$0]) }.filter { $0.tag == BatchEntry.damaged }
  }

  /// True when the dictionary takes all of these tags: a request that does not fit must leave no
  /// tags behind.
  func hasRoom(for tags: some Sequence<Tag>) -> Bool {
    let (known, end) = dictionary.withLock { ($0.numbers, $0.end) }
    var fresh: Set<Tag> = []
    var bytes = 0
    for tag in tags where known[tag] == nil && fresh.insert(tag).inserted {
      bytes += 1 + tag.bytes.count
    }
    return end + bytes <= BatchIndex.entriesFrom
  }

  /// The number of a tag, given one if it has none yet; `nil` when the dictionary is full.
  func define(_ tag: Tag) throws(SystemError) -> UInt32? {
    let (known, count, end) = dictionary.withLock {
      ($0.numbers[tag], $0.numbers.count, $0.end)
    }
    if let known { return known }
    let newEnd = end + 1 + tag.bytes.count
    guard newEnd <= BatchIndex.entriesFrom else { return nil }
    let text = ByteBuffer(capacity: 256)
    text.append(UInt8(tag.bytes.count))
    text.append(tag.bytes)
    try entries.open().write([text.bytes], at: end)
    let number = UInt32(count + 1)
    dictionary.withLock { dictionary in
      dictionary.numbers[tag] = number
      dictionary.end = newEnd
    }
    return number
  }

  /// Begins the dictionary anew: there must be no entry.
  func forgetTags() { dictionary.withLock { $0 = Dictionary() } }

  /// The numbers of those of these tags that occur in the segment.
  func numbers(of tags: [Tag]) -> [UInt32] {
    dictionary.withLock { dictionary in tags.compactMap { dictionary.numbers[$0] } }
  }

  /// The tags that occur in the segment, by their numbers.
  var tags: [UInt32: Tag] {
    let numbers = dictionary.withLock { $0.numbers }
    return Swift.Dictionary(uniqueKeysWithValues: numbers.map { ($0.value, $0.key) })
  }

  /// Appends the entry of a batch.
  ///
  /// - Parameter recordsEnd: the relative offset behind its last record.
  func append(_ entry: BatchEntry, recordsEnd: UInt32) {
    end.store(recordsEnd, ordering: .relaxed)
    entries.append { entry.store(to: $0) }
  }

  /// Appends an entry that stands for damaged bytes, or for records that are missing.
  func appendDamage(at relativeOffset: UInt32, position: Int, bytes: Int) {
    damaged.add(1, ordering: .relaxed)
    let entry = BatchEntry(
      relativeOffset: relativeOffset, position: UInt32(position), size: UInt32(bytes),
      tag: BatchEntry.damaged)
    entries.append { entry.store(to: $0) }
  }

  /// What there is to say of the index now, without a checksum.
  func summary() -> IndexSummary {
    var summary = IndexSummary()
    summary.batches = entries.count
    summary.damaged = damaged.load(ordering: .relaxed)
    summary.holdsStamps = holdsStamps
    summary.recordsEnd = recordsEnd
    summary.dictionaryEnd = dictionary.withLock { $0.end }
    return summary
  }

  private static func readDictionary(_ head: UnsafeRawBufferPointer, end: Int) -> Dictionary? {
    var dictionary = Dictionary()
    while dictionary.end < end {
      let start = dictionary.end + 1
      let next = start + Int(head[dictionary.end])
      guard next <= end, let tag = Tag(UnsafeRawBufferPointer(rebasing: head[start..<next])),
        dictionary.numbers[tag] == nil
      else { return nil }
      dictionary.numbers[tag] = UInt32(dictionary.numbers.count + 1)
      dictionary.end = next
    }
    return dictionary
  }
}
