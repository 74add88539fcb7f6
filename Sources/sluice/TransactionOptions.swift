import ArgumentParser
import Broker

/// What `sluice serve` may be told about transactions.
struct TransactionOptions: ParsableArguments {
  @Option(help: "Undecided transactions at one time. (default: 100000)")
  var maxTransactions: Int?

  @Option(help: "Bytes of all undecided transactions, held in memory. (default: 134217728)")
  var maxTransactionBytes: Int?

  @Option(help: "When a transaction is first offered for checking, as 6s. (default: 6s)")
  var transactionCheckAfter: String?

  @Option(help: "The time from one check to the next, as 30s. (default: 30s)")
  var transactionCheckInterval: String?

  @Option(help: "Checks without a decision after which one is rolled back. (default: 15)")
  var transactionChecks: Int?

  @Option(help: "The age at which one is rolled back, checked or not, as 3d. (default: 3d)")
  var transactionMaxAge: String?

  @Option(help: "How long outcomes are remembered, as 1d. (default: 1d)")
  var transactionMemory: String?

  @Option(help: "How many outcomes are remembered. (default: 100000)")
  var maxTransactionOutcomes: Int?

  /// Sets what was given, on the command line first and in the environment behind it.
  func apply(_ environment: EnvironmentOptions, to limits: inout TransactionLimits) throws {
    try environment.set(maxTransactions, "max-transactions", &limits.undecidedMax)
    try environment.set(
      maxTransactionBytes, "max-transaction-bytes", &limits.undecidedBytesMax)
    try environment.setDuration(
      transactionCheckAfter, "transaction-check-after", &limits.checkAfterMilliseconds)
    try environment.setDuration(
      transactionCheckInterval, "transaction-check-interval", &limits.checkIntervalMilliseconds)
    try environment.set(transactionChecks, "transaction-checks", &limits.checksMax)
    try environment.setDuration(
      transactionMaxAge, "transaction-max-age", &limits.ageMillisecondsMax)
    try environment.setDuration(
      transactionMemory, "transaction-memory", &limits.rememberedMilliseconds)
    try environment.set(
      maxTransactionOutcomes, "max-transaction-outcomes", &limits.rememberedMax)
  }
}
