import Platform

/// What the header of a `.tags` file says of a segment's three indexes as they were last saved: how
/// far each goes, and a checksum over all of them.
///
/// Entries behind these counts were spilled since; after a restart they are not believed.
struct IndexSummary: Equatable {
  /// The header's length in the file, mostly reserved.
  static let bytes = 64
  private static let magic: UInt64 = 0x736C_7569_6365_7401  // "sluicet", version 1

  /// Entries of the batch index.
  var batches = 0
  /// Entries of the offset index.
  var offsets = 0
  /// Entries of the time index.
  var times = 0
  /// Entries of the batch index that stand for damaged bytes.
  var damaged = 0
  /// Where the tag dictionary ends in the file.
  var dictionaryEnd = IndexSummary.bytes
  /// True when the segment holds a batch that a producer has stamped.
  var holdsStamps = false
  /// The relative offset behind the segment's last record; 0 where that was not written down.
  var recordsEnd: UInt32 = 0
  /// CRC-32C of the batch entries, the dictionary, the two other indexes and the numbers above.
  var checksum: UInt32 = 0

  /// Nothing was saved yet.
  init() {}

  /// Reads the header; `nil` if it is none.
  init?(_ head: UnsafeRawBufferPointer) {
    guard head.count >= IndexSummary.bytes, let base = head.baseAddress,
      base.bigEndian(0, as: UInt64.self) == IndexSummary.magic
    else { return nil }
    batches = Int(base.bigEndian(8, as: UInt32.self))
    offsets = Int(base.bigEndian(12, as: UInt32.self))
    times = Int(base.bigEndian(16, as: UInt32.self))
    damaged = Int(base.bigEndian(20, as: UInt32.self))
    dictionaryEnd = Int(base.bigEndian(24, as: UInt32.self))
    checksum = base.bigEndian(28, as: UInt32.self)
    holdsStamps = base.bigEndian(32, as: UInt32.self) != 0
    recordsEnd = base.bigEndian(36, as: UInt32.self)
    guard dictionaryEnd >= IndexSummary.bytes, dictionaryEnd <= BatchIndex.entriesFrom
    else { return nil }
  }

  /// Writes the header.
  func write(to file: any File) throws(SystemError) {
    let header = encoded()
    try file.write([header.bytes], at: 0)
  }

  /// Takes the numbers, without the checksum, into a checksum.
  func update(_ crc: inout Crc32c) {
    let header = encoded()
    crc.update(UnsafeRawBufferPointer(rebasing: header.bytes[..<28]))
    // Where nothing is stamped the checksum is what it was before stamps were known.
    if holdsStamps { crc.update(UnsafeRawBufferPointer(rebasing: header.bytes[32..<36])) }
    // And without an end what it was before ends were written down.
    if recordsEnd != 0 { crc.update(UnsafeRawBufferPointer(rebasing: header.bytes[36..<40])) }
  }

  private func encoded() -> ByteBuffer {
    let header = ByteBuffer(capacity: IndexSummary.bytes)
    _ = header.appendUninitialized(atMost: IndexSummary.bytes) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      let base = memory.baseAddress!
      base.storeBigEndian(IndexSummary.magic, at: 0)
      base.storeBigEndian(UInt32(batches), at: 8)
      base.storeBigEndian(UInt32(offsets), at: 12)
      base.storeBigEndian(UInt32(times), at: 16)
      base.storeBigEndian(UInt32(damaged), at: 20)
      base.storeBigEndian(UInt32(dictionaryEnd), at: 24)
      base.storeBigEndian(checksum, at: 28)
      base.storeBigEndian(UInt32(holdsStamps ? 1 : 0), at: 32)
      base.storeBigEndian(recordsEnd, at: 36)
      return IndexSummary.bytes
    }
    return header
  }
}
