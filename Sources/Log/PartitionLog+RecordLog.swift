import Platform

extension PartitionLog: RecordLog {
  /// Read one after the other, the highest first, so that they stand in order.
  public var offsets: LogOffsets {
    let start = frontiers.logStart
    let committed = frontiers.committed
    return LogOffsets(logStart: start, highWatermark: committed, logEnd: frontiers.written)
  }

  /// Hands the batches to the writer.
  public func append(
    _ batches: FramedBatches, acknowledgement: AppendRequest.Acknowledgement, sink: any JobSink,
    completion: @escaping @Sendable (Result<AppendRequest.Stored, LogError>) -> Void
  ) {
    writer.submit(
      AppendRequest(
        batches, to: self, acknowledgement: acknowledgement, sink: sink, completion),
      quietly: true)
  }

  /// In whole segments.
  public func truncate(before offset: Offset) throws(LogError) -> Offset {
    try Retention(self, writer: writer, metrics: metrics).truncate(before: offset)
  }

  /// From memory.
  public func producer(_ id: Int64, now: Int64) -> ProducerStanding {
    withProducers { ProducerStanding($0, id: id, now: now) }
  }

  /// In whole segments. Producers who are silent for too long are forgotten, too.
  public func enforceRetention(now: Int64, before limit: Offset) throws(LogError) {
    withProducers { $0.forget(now: now) }
    try Retention(self, writer: writer, metrics: metrics).enforce(now: now, before: limit)
  }
}
