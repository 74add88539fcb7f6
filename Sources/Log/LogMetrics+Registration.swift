import Metrics

extension LogMetrics {
  /// Registers the log's metrics; to be called once for a registry.
  public init(_ registry: MetricsRegistry) {
    appendedBytes = registry.counter(
      "sluice_log_appended_bytes_total", help: "Bytes of batches written to log files.",
      unit: .bytes)
    appendedRecords = registry.counter(
      "sluice_log_appended_records_total", help: "Records written to log files.")
    appendedBatches = registry.counter(
      "sluice_log_appended_batches_total", help: "Batches written to log files.")
    syncDuration = registry.histogram(
      "sluice_log_sync_duration_seconds", help: "How long each fdatasync of a log took.",
      unit: .nanoseconds,
      bounds: [50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000]
        + [10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 1_000_000_000])
    batchesPerSync = registry.histogram(
      "sluice_log_batches_per_sync", help: "How many batches each fdatasync made durable.",
      unit: .none, bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    refusedAppends = registry.counter(
      "sluice_log_refused_appends_total",
      help: "Appends refused because the disk was full or offline.")
    recoveryTruncations = registry.counter(
      "sluice_log_recovery_truncations_total",
      help: "Logs whose torn end was cut off at start.")
    recoveryTruncatedBytes = registry.counter(
      "sluice_log_recovery_truncated_bytes_total",
      help: "Torn bytes cut off at start.", unit: .bytes)
    rebuiltIndexes = registry.counter(
      "sluice_log_rebuilt_indexes_total", help: "Segments whose indexes were rebuilt at start.")
    damagedRanges = registry.counter(
      "sluice_log_damaged_ranges_total", help: "Stretches of a log found damaged at start.")
    deletedBytes = registry.counter(
      "sluice_log_deleted_bytes_total",
      help: "Bytes of log deleted by retention and truncation.", unit: .bytes)
  }
}
