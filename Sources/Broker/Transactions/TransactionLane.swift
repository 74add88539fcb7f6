import Log

/// A transaction's records for one partition, or those for one topic that are delivered later.
public struct TransactionLane: Sendable, Equatable {
  /// The topic.
  public let topic: String
  /// The partition's number; `nil` for records that are delivered later: each has one of its own.
  public let partition: Int?
  /// How many records.
  public let count: Int
  /// What became of them.
  public internal(set) var fate = LaneFate.open
  /// The records; empty once they are not needed any more. As batches with the transaction's stamp,
  /// or, if they are delivered later, as `DelayedRecords.content` gives them, each with its time as
  /// `DeliveryTime.kept` says.
  var content: [UInt8]

  init(topic: String, partition: Int?, count: Int, content: [UInt8]) {
    (self.topic, self.partition, self.count, self.content) = (topic, partition, count, content)
  }

  var isPending: Bool {
    if case .pending = fate { true } else { false }
  }

  /// True for records that are delivered later.
  public var isDelayed: Bool { partition == nil }

  /// How many times of records are remembered with its fate.
  var dueCount: Int {
    if case .scheduled(_, let dues) = fate { dues.count } else { 0 }
  }

  /// The keys of the first records that are delivered later, as far as they are remembered.
  public var keys: [DelayKey] {
    guard case .scheduled(let first, let dues) = fate, let one = dues.first else { return [] }
    return (0..<min(count, DelayedRecords.listedMax)).map { index in
      DelayKey(due: dues.count == 1 ? one : dues[index], number: first + UInt64(index))
    }
  }
}
