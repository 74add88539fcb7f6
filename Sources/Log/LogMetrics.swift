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
}
