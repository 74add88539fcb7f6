import Log
import Platform

/// A transaction that is being put together. Belongs to one event loop.
public final class TransactionDraft {
  let id: TransactionID
  let producerGroup: String
  let checkAfterMilliseconds: Int64
  private let timestamp: Int64
  private let limits: BrokerLimits
  private let sink: any JobSink
  private var productions: [Production] = []
  /// What the commit acks.
  public var acks: [TransactionAcks] = []

  init(
    id: TransactionID, producerGroup: String, checkAfterMilliseconds: Int64, timestamp: Int64,
    limits: BrokerLimits, sink: any JobSink
  ) {
    self.id = id
    self.producerGroup = producerGroup
    self.checkAfterMilliseconds = checkAfterMilliseconds
    self.timestamp = timestamp
    self.limits = limits
    self.sink = sink
  }

  /// Where the records for a topic go, to be checked and framed as produce does it; to be handed
  /// over with the transaction and not by itself.
  public func production(for topic: Topic) -> Production {
    if let known = productions.first(where: { $0.topic.name == topic.name }) { return known }
    let fresh = Production(
      topic, acknowledgement: .committed, timestamp: timestamp, delays: nil,
      limits: limits, sink: sink, stamp: OwnWork.transaction.stamp(id.number))
    productions.append(fresh)
    return fresh
  }

  /// True if losing it to a power cut would break what some topic promises.
  var isDurable: Bool {
    !acks.isEmpty || productions.contains { $0.topic.config.log.durability == .disk }
  }

  /// Ends the draft.
  func finish() -> Transaction {
    var lanes: [TransactionLane] = []
    for production in productions {
      for (partition, batches) in production.takeBatches() {
        lanes.append(
          TransactionLane(
            topic: production.topic.name, partition: partition, count: batches.recordCount,
            content: batches.content))
      }
      if let delayed = production.takeDelayed() {
        lanes.append(
          TransactionLane(
            topic: production.topic.name, partition: nil, count: delayed.count,
            content: delayed.content))
      }
    }
    return Transaction(
      id: id, producerGroup: producerGroup, preparedAt: timestamp,
      nextCheck: timestamp + checkAfterMilliseconds, lanes: lanes, acks: acks,
      acked: acks.reduce(0) { $0 + $1.count })
  }
}
