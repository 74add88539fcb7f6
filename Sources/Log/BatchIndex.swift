import Platform

/// A segment's `.tags` file: the tag dictionary and one entry a batch, by which every read finds
/// the exact bytes it sends without looking at the log.
///
/// The log's writer appends; anybody searches.
final class BatchIndex: Sendable {
  /// Where the dictionary begins.
  static let headerBytes = 64
  /// Where the entries begin: the dictionary's room is reserved as a hole, which costs no disk.
  static let entriesFrom = 1 << 20
  private static let magic: UInt64 = 0x736C_7569_6365_7401  // "sluicet", version 1

  private struct Dictionary {
    var numbers: [Tag: UInt32] = [:]
    var end = BatchIndex.headerBytes
  }

  private let file: any File
  private let entries: EntryFile
  private let dictionary: Lock<Dictionary>

  /// A new, empty index in `file`.
  init(creating file: any File) throws(SystemError) {
    self.file = file
    try file.truncate(to: 0)
    try file.truncate(to: BatchIndex.entriesFrom)
    entries = try EntryFile(
      file, headerBytes: BatchIndex.entriesFrom, entryBytes: BatchEntry.bytes, count: 0)
    dictionary = Lock(Dictionary())
    try writeHeader(count: 0, checksum: 0, dictionaryEnd: BatchIndex.headerBytes)
  }

  /// The index in `file` as far as it can be trusted, or `nil` if it does not fit and must be
  /// rebuilt.
  ///
  /// - Parameters:
  ///   - logBytes: the log's length: no entry may reach past it.
  ///   - verify: check the sealed part's checksum, too; to be asked for after a crash.
  ///   - isTrusted: tells of an entry whether it is old enough to be believed; true for a prefix.
  init?(
    opening file: any File, logBytes: Int, verify: Bool, isTrusted: (BatchEntry) -> Bool
  ) throws(SystemError) {
    self.file = file
    let room = try file.size() - BatchIndex.entriesFrom
    guard room >= 0 else { return nil }
    let head = try FileMapping(file, count: BatchIndex.entriesFrom)
    guard head.bytes.baseAddress!.bigEndian(0, as: UInt64.self) == BatchIndex.magic,
      let dictionary = BatchIndex.readDictionary(head.bytes)
    else { return nil }
    let all = try EntryFile(
      file, headerBytes: BatchIndex.entriesFrom, entryBytes: BatchEntry.bytes,
      count: room / BatchEntry.bytes)
    let view = all.view()
    let count = view.prefixCount { isTrusted(BatchEntry($0)) }
    guard count == 0 || BatchIndex.fits(view, count: count, logBytes: logBytes) else { return nil }
    if verify, !BatchIndex.checksumHolds(head.bytes, view) { return nil }
    entries = try EntryFile(
      file, headerBytes: BatchIndex.entriesFrom, entryBytes: BatchEntry.bytes, count: count)
    self.dictionary = Lock(dictionary)
  }

  /// The entries as they stand now.
  func view() -> EntryFile.View { entries.view() }

  /// The number of a tag, given one if it has none yet; `nil` when the dictionary is full.
  func define(_ tag: Tag) throws(SystemError) -> UInt32? {
    let now = dictionary.withLock { $0 }
    if let number = now.numbers[tag] { return number }
    let end = now.end + 1 + tag.bytes.count
    guard end < BatchIndex.entriesFrom else { return nil }
    let text = ByteBuffer(capacity: 256)
    text.append(UInt8(tag.bytes.count))
    text.append(tag.bytes)
    try file.write([text.bytes], at: now.end)
    let number = UInt32(now.numbers.count + 1)
    dictionary.withLock { dictionary in
      dictionary.numbers[tag] = number
      dictionary.end = end
    }
    return number
  }

  /// The numbers of those of these tags that occur in the segment.
  func numbers(of tags: [Tag]) -> [UInt32] {
    dictionary.withLock { dictionary in tags.compactMap { dictionary.numbers[$0] } }
  }

  /// Appends an entry.
  func append(_ entry: BatchEntry) { entries.append { entry.store(to: $0) } }

  /// Writes everything that waits in memory.
  func flush() throws(SystemError) { try entries.flush() }

  /// Writes everything and a checksum over it.
  func seal() throws(SystemError) {
    try entries.seal()
    let end = dictionary.withLock { $0.end }
    let head = try FileMapping(file, count: BatchIndex.entriesFrom)
    let view = entries.view()
    let sum = BatchIndex.checksum(head.bytes, dictionaryEnd: end, view, count: view.count)
    try writeHeader(count: view.count, checksum: sum, dictionaryEnd: end)
  }

  private func writeHeader(count: Int, checksum: UInt32, dictionaryEnd: Int) throws(SystemError) {
    let header = ByteBuffer(capacity: 64)
    _ = header.appendUninitialized(atMost: 24) { memory in
      memory.baseAddress!.storeBigEndian(BatchIndex.magic, at: 0)
      memory.baseAddress!.storeBigEndian(UInt64(count), at: 8)
      memory.baseAddress!.storeBigEndian(checksum, at: 16)
      memory.baseAddress!.storeBigEndian(UInt32(dictionaryEnd), at: 20)
      return 24
    }
    try file.write([header.bytes], at: 0)
  }

  private static func readDictionary(_ head: UnsafeRawBufferPointer) -> Dictionary? {
    var dictionary = Dictionary()
    while dictionary.end < head.count, head[dictionary.end] != 0 {
      let start = dictionary.end + 1
      let end = start + Int(head[dictionary.end])
      guard end < head.count, let tag = Tag(UnsafeRawBufferPointer(rebasing: head[start..<end])),
        dictionary.numbers[tag] == nil
      else { return nil }
      dictionary.numbers[tag] = UInt32(dictionary.numbers.count + 1)
      dictionary.end = end
    }
    return dictionary
  }

  private static func fits(_ view: EntryFile.View, count: Int, logBytes: Int) -> Bool {
    let first = BatchEntry(view[0])
    let last = BatchEntry(view[count - 1])
    return first.position == 0 && first.relativeOffset == 0 && last.end <= logBytes
  }

  private static func checksumHolds(_ head: UnsafeRawBufferPointer, _ view: EntryFile.View) -> Bool
  {
    let base = head.baseAddress!
    let count = Int(base.bigEndian(8, as: UInt64.self))
    guard count > 0 else { return true }
    let end = Int(base.bigEndian(20, as: UInt32.self))
    guard count <= view.count, end >= headerBytes, end <= head.count else { return false }
    return base.bigEndian(16, as: UInt32.self)
      == checksum(head, dictionaryEnd: end, view, count: count)
  }

  private static func checksum(
    _ head: UnsafeRawBufferPointer, dictionaryEnd: Int, _ view: EntryFile.View, count: Int
  ) -> UInt32 {
    var crc = Crc32c()
    for index in 0..<count {
      crc.update(UnsafeRawBufferPointer(start: view[index], count: BatchEntry.bytes))
    }
    crc.update(UnsafeRawBufferPointer(rebasing: head[headerBytes..<dictionaryEnd]))
    return crc.value
  }
}
