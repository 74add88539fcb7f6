import Log

/// A lane's records, ready to be handed over once.
enum LaneContent: Sendable {
  /// For a log.
  case batches(FramedBatches)
  /// For those who deliver later.
  case delayed(DelayedRecords)
  /// Not what was kept.
  case damaged

  /// Copies a lane's records and looks at their checksums.
  ///
  /// - Parameter committedAt: when the commit was decided, in milliseconds since 1970: delays count
  ///   from there.
  init(_ lane: TransactionLane, committedAt: Int64) {
    if lane.isDelayed {
      let records = DelayedRecords(
        kept: lane.content, count: lane.count, committedAt: committedAt)
      self = records.map { .delayed($0) } ?? .damaged
    } else {
      self = (try? FramedBatches.restored(from: lane.content)).map { .batches($0) } ?? .damaged
    }
  }
}
