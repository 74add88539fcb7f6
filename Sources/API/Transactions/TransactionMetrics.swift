import Broker
import Metrics

/// What is counted of transactions: each scrape asks them.
enum TransactionMetrics {
  /// Has each scrape tell how transactions stand.
  static func collect(_ registry: MetricsRegistry, _ service: Service) {
    let families = [age, rollbacks] + gauges.map(\.description) + counters.map(\.description)
    registry.collector(families) { [weak service] samples in
      guard let broker = service?.broker else { return }
      let standing = broker.transactions.standing
      let oldest = standing.oldestPreparedAt.map { max(0, broker.now() - $0) } ?? 0
      samples.write(age.name, oldest)
      for family in gauges {
        samples.write(family.description.name, standing[keyPath: family.path])
      }
      for family in counters {
        samples.write(family.description.name, standing.counts[keyPath: family.path])
      }
      for cause in RollbackCause.allCases {
        samples.write(
          rollbacks.name, labels: [("by", cause.word)], standing.counts.rolledBack[cause] ?? 0)
      }
    }
  }

  private typealias Gauge = (
    description: FamilyDescription, path: KeyPath<TransactionStanding, Int> & Sendable
  )
  private typealias Counter = (
    description: FamilyDescription, path: KeyPath<TransactionCounts, Int> & Sendable
  )

  private static let age = FamilyDescription(
    "sluice_transactions_oldest_undecided_age_seconds",
    help: "Time since the oldest undecided transaction was prepared.", type: .gauge,
    unit: .milliseconds)

  private static let gauges: [Gauge] = [
    (
      FamilyDescription(
        "sluice_transactions_undecided", help: "Transactions that are prepared and undecided.",
        type: .gauge), \.undecided
    ),
    (
      FamilyDescription(
        "sluice_transactions_committing",
        help: "Transactions that are committed and could not be stored yet.", type: .gauge),
      \.committing
    ),
    (
      FamilyDescription(
        "sluice_transactions_held_bytes",
        help: "Bytes of transactions that are undecided or not stored yet.", type: .gauge,
        unit: .bytes), \.bytes
    ),
  ]

  private static let counters: [Counter] = [
    counter("sluice_transactions_prepared_total", "Transactions prepared.", \.prepared),
    counter("sluice_transactions_committed_total", "Transactions committed.", \.committed),
    counter(
      "sluice_transactions_checks_total", "Times that one was offered for checking.", \.checks),
    counter(
      "sluice_transactions_dropped_records_total",
      "Records of committed transactions whose topic was deleted before.", \.droppedRecords),
    counter(
      "sluice_transactions_delays_total",
      "Tries to store a committed transaction that failed.", \.delays),
  ]

  private static let rollbacks = FamilyDescription(
    "sluice_transactions_rolled_back_total", help: "Transactions rolled back, by cause.",
    type: .counter)

  private static func counter(
    _ name: String, _ help: String, _ path: KeyPath<TransactionCounts, Int> & Sendable
  ) -> Counter {
    (FamilyDescription(name, help: help, type: .counter), path)
  }
}
