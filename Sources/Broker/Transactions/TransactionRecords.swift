import Log

/// The records of a transaction for one partition, as long as they are held.
public struct TransactionRecords: Sendable {
  /// The topic.
  public let topic: String
  /// The partition's number.
  public let partition: Int
  private let batches: [UInt8]

  init(_ lane: TransactionLane) {
    (topic, partition, batches) = (lane.topic, lane.partition, lane.batches)
  }

  /// Hands each record to `body`, valid during the call; its offset counts within its batch.
  public func forEach(_ body: (Record) -> Void) {
    batches.withUnsafeBytes { bytes in
      var rest = bytes
      while let header = BatchHeader(rest), header.size <= rest.count,
        var records = try? RecordReader(rest, header: header)
      {
        while let record = try? records.next() { body(record) }
        rest = UnsafeRawBufferPointer(rebasing: rest[header.size...])
      }
    }
  }
}
