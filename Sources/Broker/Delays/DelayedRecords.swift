import Log
import Platform

/// Delayed records of one request, or of a piece of it, on their way into the journal. Belongs to
/// whoever fills it until it is handed over.
public final class DelayedRecords: @unchecked Sendable {
  /// How many dues are kept, so that the answer can name the records' ids.
  public static let listedMax = 10_000
  /// What stands for a record beside its bytes.
  static let entryBytes = 16

  let entries = ByteBuffer(capacity: 64)
  let records = ByteBuffer(capacity: 256)
  /// How many there are.
  public private(set) var count = 0
  /// The times at which the first of them are due.
  public private(set) var dues: [Int64] = []

  /// Nothing yet.
  public init() {}

  /// Those that a transaction kept (`content`), due as follows from its commit: what was due before
  /// is due then. `nil` if they are not what was kept.
  ///
  /// - Parameter committedAt: in milliseconds since 1970.
  convenience init?(kept content: [UInt8], count: Int, committedAt: Int64) {
    self.init()
    let isSound = content.withUnsafeBytes { bytes in
      guard let kept = DelayAddition(kept: bytes, count: count) else { return false }
      let writer = DelayEventWriter(buffer: entries)
      for index in 0..<count {
        let due = max(DeliveryTime(kept: kept.due(index)).due(now: committedAt), committedAt)
        writer.put(due)
        writer.put(kept.partition(index))
        writer.put(UInt32(kept.size(index)))
        if index < DelayedRecords.listedMax { dues.append(due) }
      }
      records.append(kept.records)
      return true
    }
    guard isSound else { return nil }
    self.count = count
  }

  /// `dues`, or a single one if that is the same for all of them.
  var distinctDues: [Int64] {
    guard let one = dues.first, dues.allSatisfy({ $0 == one }) else { return dues }
    return [one]
  }

  /// All of them as bytes, to be kept and read again later.
  var content: [UInt8] { entries.array + records.array }

  /// The bytes taken so far.
  public var bytes: Int { entries.count + records.count }

  /// Adds a record that is due at a time in milliseconds since 1970.
  ///
  /// - Parameter timestamp: its own time; without one it gets that of its delivery.
  public func append(
    due: Int64, partition: Int, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
    headers: RecordHeaders, timestamp: Int64?
  ) {
    let size = LooseRecord.append(
      key: key, value: value, headers: headers, timestamp: timestamp, to: records)
    let writer = DelayEventWriter(buffer: entries)
    writer.put(due)
    writer.put(UInt32(partition))
    writer.put(UInt32(size))
    if count < DelayedRecords.listedMax { dues.append(due) }
    count += 1
  }
}
