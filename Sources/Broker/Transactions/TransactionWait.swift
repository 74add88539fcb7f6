import Platform

/// Somebody who has decided a transaction and waits for the answer.
struct TransactionWait: Sendable {
  let wantsCommit: Bool
  let sink: any JobSink
  let completion: @Sendable (Result<Transaction, BrokerError>) -> Void

  func answer(_ result: Result<Transaction, BrokerError>) {
    let completion = completion
    sink.post([{ completion(result) }])
  }
}
