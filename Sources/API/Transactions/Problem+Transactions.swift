import Broker
import HTTP

extension Problem {
  /// What the broker refuses of transactions.
  init(transaction error: BrokerError) {
    switch error {
    case .transactionNotFound(let id):
      self.init(
        .notFound, "transaction_not_found",
        "There is no transaction \(id), or its outcome is forgotten.")
    case .transactionDecided(.rolledBack):
      self.init(.conflict, "transaction_rolled_back", "The transaction was rolled back.")
    case .transactionDecided:
      self.init(.conflict, "transaction_committed", "The transaction was committed.")
    case .receiptsStale:
      self.init(
        .conflict, "receipt_stale",
        "Others have the messages that the transaction was to ack: it is rolled back.")
    case .tooManyTransactions(let max):
      self.init(.tooManyRequests, "too_many_transactions", "\(max) transactions are undecided.")
      figures.append(("limit", .number(Int64(max))))
      retryAfterSeconds = 1
    case .tooManyTransactionBytes(let max):
      self.init(
        .tooManyRequests, "too_many_transactions",
        "Undecided transactions take up the \(max) bytes that they may.")
      figures.append(("limit_bytes", .number(Int64(max))))
      retryAfterSeconds = 1
    case .transactionTooLarge(let bytes, let limit):
      self.init(
        .contentTooLarge, "transaction_too_large",
        "The transaction takes \(bytes) bytes; all together may take \(limit).")
      figures.append(("limit_bytes", .number(Int64(limit))))
    default: preconditionFailure("\(error) is not about transactions")
    }
  }
}
