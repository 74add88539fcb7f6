import Metrics

/// What the log counts, for all topics together.
public struct LogMetrics: Sendable {
  /// Bytes of batches written to log files.
  public let appendedBytes: Counter
  /// Records written to log files.
  public let appendedRecords: Counter
  /// Batches written to log files.
  public let appendedBatches: Counter
  /// How long each `fdatasync` of a log took, in nanoseconds.
  public let syncDuration: Histogram
  /// How many batches each `fdatasync` of a log made durable.
  public let batchesPerSync: Histogram
  /// Appends that were refused because the disk was full or offline.
  public let refusedAppends: Counter
  /// Logs of which a crash had left a torn end, cut off at start.
  public let recoveryTruncations: Counter
  /// Bytes cut off at start because a crash had torn them.
  public let recoveryTruncatedBytes: Counter
  /// Indexes that were rebuilt at start.
  public let rebuiltIndexes: Counter
  /// Stretches of a log that were found to be damaged.
  public let damagedRanges: Counter
  /// Bytes of log deleted by retention and truncation.
  public let deletedBytes: Counter
  /// What is counted of producers who number their requests.
  public let producers: ProducerMetrics
}

extension LogMetrics {
  /// Registers `sluice_log_*`.
  public init(_ registry: MetricsRegistry) {
    func counter(_ name: String, _ help: String, unit: MetricUnit = .none) -> Counter {
      registry.counter("sluice_log_" + name + "_total", help: help, unit: unit)
    }
    self.init(
      appendedBytes: counter(
        "appended_bytes", "Bytes of record batches written to log files.", unit: .bytes),
      appendedRecords: counter("appended_records", "Records written to log files."),
      appendedBatches: counter("appended_batches", "Record batches written to log files."),
      syncDuration: registry.histogram(
        "sluice_log_sync_duration_seconds", help: "How long each sync of a log took.",
        unit: .nanoseconds, bounds: Histogram.latencyNanoseconds),
      batchesPerSync: registry.histogram(
        "sluice_log_batches_per_sync", help: "How many batches each sync of a log made durable.",
        unit: .none, bounds: Histogram.powersOfTwo(through: 4096)),
      refusedAppends: counter(
        "refused_appends", "Appends refused because the disk was full or offline."),
      recoveryTruncations: counter(
        "recovery_truncations", "Logs of which a crash had left a torn end, cut off at start."),
      recoveryTruncatedBytes: counter(
        "recovery_truncated_bytes", "Bytes cut off at start because a crash had torn them.",
        unit: .bytes),
      rebuiltIndexes: counter("rebuilt_indexes", "Segments whose indexes were rebuilt at start."),
      damagedRanges: counter(
        "damaged_ranges", "Stretches of a log found damaged, at start or by a reader."),
      deletedBytes: counter(
        "deleted_bytes", "Bytes of log deleted by retention and truncation.", unit: .bytes),
      producers: ProducerMetrics(registry))
  }
}
