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

  /// Whether every record has its bytes, and every byte its record.
  var isWhole: Bool { (0..<count).reduce(0) { $0 + size($1) } == records.count }

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

extension DelayAddition {
  /// A view of what a transaction keeps of records that are delivered later (`DelayedRecords`),
  /// each due as `DeliveryTime.kept` says; `nil` if it is not what was kept.
  init?(kept content: UnsafeRawBufferPointer, count: Int) {
    let entryBytes = count * DelayedRecords.entryBytes
    guard entryBytes <= content.count else { return nil }
    self.init(
      topic: 0, name: "", stamp: nil, first: 0, count: count,
      entries: UnsafeRawBufferPointer(rebasing: content[..<entryBytes]),
      records: UnsafeRawBufferPointer(rebasing: content[entryBytes...]))
    guard isWhole else { return nil }
  }
}
