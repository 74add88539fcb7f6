import Log

/// Delayed records of one topic, as the journal tells of them: views into the event's bytes.
struct DelayAddition {
  let topic: UInt32
  let name: String
  /// Which request of which producer they came with.
  let stamp: ProducerStamp?
  /// The first record's number; the others follow.
  let first: UInt64
  let count: Int
  /// For each record when it is due, its partition and how many bytes it takes.
  let entries: UnsafeRawBufferPointer
  /// The records, back to back.
  let records: UnsafeRawBufferPointer

  /// When a record is due.
  func due(_ index: Int) -> Int64 {
    let base = entries.baseAddress! + index * DelayedRecords.entryBytes
    return Int64(bigEndian: base.loadUnaligned(as: Int64.self))
  }

  /// A record's partition.
  func partition(_ index: Int) -> UInt32 {
    let base = entries.baseAddress! + index * DelayedRecords.entryBytes
    return UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
  }

  /// How many bytes a record takes.
  func size(_ index: Int) -> Int {
    let base = entries.baseAddress! + index * DelayedRecords.entryBytes
    return Int(UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 12, as: UInt32.self)))
  }
}
