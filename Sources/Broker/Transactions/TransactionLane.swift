/// A transaction's records for one partition.
public struct TransactionLane: Sendable, Equatable {
  /// The topic.
  public let topic: String
  /// The partition's number.
  public let partition: Int
  /// How many records.
  public let count: Int
  /// What became of them.
  public internal(set) var fate = LaneFate.open
  /// The records as batches with the transaction's stamp; empty once they are not needed any more.
  var batches: [UInt8]

  init(topic: String, partition: Int, count: Int, batches: [UInt8]) {
    (self.topic, self.partition, self.count, self.batches) = (topic, partition, count, batches)
  }

  var isPending: Bool {
    if case .pending = fate { true } else { false }
  }
}
