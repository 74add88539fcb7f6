import Log

/// Which transactions' records were taken in, by topic, as long as the transactions are not known
/// to be done: after a crash this tells what of a commit has arrived here, whatever became of the
/// records since.
struct DelayTransactions: Sendable, Equatable {
  /// By transaction and topic the number of the first record; the others follow.
  private(set) var firsts: [Int64: [String: UInt64]] = [:]

  /// Notes an addition that a transaction brought.
  mutating func note(_ addition: DelayAddition) {
    guard let stamp = addition.stamp, stamp.isOwnWork,
      let transaction = OwnWork.transaction.number(of: stamp.id - ProducerStamp.ownFrom)
    else { return }
    restore(transaction, topic: addition.name, first: addition.first)
  }

  /// Sets what a snapshot says.
  mutating func restore(_ transaction: Int64, topic: String, first: UInt64) {
    firsts[transaction, default: [:]][topic] = first
  }

  /// The number of a transaction's first record for a topic, if they were taken in.
  func first(of transaction: Int64, topic: String) -> UInt64? { firsts[transaction]?[topic] }

  /// A transaction is done, and its journal knows it.
  mutating func forget(_ transaction: Int64) { firsts[transaction] = nil }

  /// Forgets all others.
  mutating func keep(only transactions: Set<Int64>) {
    firsts = firsts.filter { transactions.contains($0.key) }
  }
}
