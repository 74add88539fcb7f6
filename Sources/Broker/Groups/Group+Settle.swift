import Log
import Platform

extension Group {
  /// Acks, gives back, buries or extends what receipts stand for. `completion` runs on `sink` once
  /// that is as durable as the messages' topics promise.
  ///
  /// - Parameters:
  ///   - receipts: `nil` stands for one that was not signed here.
  ///   - random: from 0 up to 1, for the jitter of retries.
  /// - Returns: for each receipt whether it counts.
  public func settle(
    _ receipts: [Receipt?], _ settlement: Settlement, now: Int64, random: Double,
    sink: any JobSink, _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) -> [Bool] {
    let events = GroupEventWriter(buffer: ByteBuffer(capacity: 256))
    let (counted, wakes): ([Bool], Bool) = state.withLock { state in
      if state.isDeleted { return (receipts.map { _ in false }, false) }
      var batch = SettlementBatch(settlement, config: state.config, now: now, random: random)
      let counted = receipts.map { batch.add($0, state) }
      var makesRoom = false
      for (partition, changes) in batch.changes {
        let wasFull = partition.progress.runs.runCount >= runsMax
        apply(changes, to: partition, events)
        if wasFull, partition.progress.runs.runCount < runsMax { makesRoom = true }
      }
      if !events.buffer.isEmpty {
        journal.append(
          events.buffer, batch.isDurable ? .committed : .written, sink: sink, completion)
      }
      return (counted, batch.freesMessages || makesRoom || state.config.isOrdered)
    }
    if events.buffer.isEmpty { sink.post([{ completion(.success(())) }]) }
    if wakes { wakeWaiters() }
    return counted
  }
}
