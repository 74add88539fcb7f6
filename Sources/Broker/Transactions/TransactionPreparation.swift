/// A transaction as it is when it is prepared.
struct TransactionPreparation: Equatable, Sendable {
  var id: TransactionID
  var producerGroup: String
  var preparedAt: Int64
  var nextCheck: Int64
  var lanes: [TransactionLane]
  var acks: [TransactionAcks]
  var acked: Int

  /// The transaction.
  var transaction: Transaction {
    Transaction(
      id: id, producerGroup: producerGroup, preparedAt: preparedAt, nextCheck: nextCheck,
      lanes: lanes, acks: acks, acked: acked)
  }

  init(
    id: TransactionID, producerGroup: String, preparedAt: Int64, nextCheck: Int64,
    lanes: [TransactionLane], acks: [TransactionAcks], acked: Int
  ) {
    self.id = id
    self.producerGroup = producerGroup
    self.preparedAt = preparedAt
    self.nextCheck = nextCheck
    self.lanes = lanes
    self.acks = acks
    self.acked = acked
  }

  /// What it takes to make that transaction again, as far as its content is still there.
  init(of transaction: Transaction) {
    self.init(
      id: transaction.id, producerGroup: transaction.producerGroup,
      preparedAt: transaction.preparedAt, nextCheck: transaction.nextCheck,
      lanes: transaction.lanes, acks: transaction.acks, acked: transaction.acked)
    for index in lanes.indices { lanes[index].fate = .open }
  }
}
