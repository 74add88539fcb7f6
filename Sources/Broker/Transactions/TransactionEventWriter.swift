import Platform

/// Writes transaction events as the journal keeps them: a kind, then fields of fixed width, numbers
/// big-endian, texts with their length in front. Sources/Broker/TRANSACTIONS.md lists them.
struct TransactionEventWriter: EventWriting {
  let buffer: ByteBuffer

  func write(_ event: TransactionEvent) {
    switch event {
    case .counted(let number):
      put(TransactionEventKind.counted)
      put(number)
    case .prepared(let preparation): put(preparation)
    case .checked(let number, let checks, let next):
      put(TransactionEventKind.checked)
      put(number)
      put(UInt32(checks))
      put(next)
    case .committed(let number, let time, let fates):
      put(TransactionEventKind.committed)
      put(number)
      put(time)
      put(fates)
    case .done(let number, let fates):
      put(TransactionEventKind.done)
      put(number)
      put(fates)
    case .rolledBack(let number, let time, let cause):
      put(TransactionEventKind.rolledBack)
      put(number)
      put(time)
      put(cause)
    }
  }

  private func put(_ preparation: TransactionPreparation) {
    put(TransactionEventKind.prepared)
    put(preparation.id.number)
    put(preparation.id.secret)
    put(preparation.producerGroup)
    put(preparation.preparedAt)
    put(preparation.nextCheck)
    put(UInt32(preparation.lanes.count))
    for lane in preparation.lanes {
      put(lane.topic)
      put(lane.partition.map { UInt32($0) } ?? TransactionEvent.delayedPartition)
      put(UInt32(lane.count))
      put(UInt32(lane.content.count))
      buffer.append(lane.content)
    }
    put(UInt32(preparation.acked))
    put(UInt32(preparation.acks.count))
    for acks in preparation.acks {
      put(acks.group)
      put(UInt32(acks.items.count))
      for item in acks.items {
        _ = buffer.appendUninitialized(atMost: ReceiptItem.bytes) {
          item.store(to: $0.baseAddress!)
          return ReceiptItem.bytes
        }
      }
    }
  }

  private func put(_ fates: [LaneFate]) {
    put(UInt32(fates.count))
    for fate in fates {
      switch fate {
      case .open: put(LaneFateKind.open)
      case .pending(let offset):
        put(LaneFateKind.pending)
        put(offset.value)
      case .stored(let offset):
        put(LaneFateKind.stored)
        put(offset.value)
      case .dropped: put(LaneFateKind.dropped)
      case .scheduled(let first, let dues):
        put(LaneFateKind.scheduled)
        put(first)
        put(UInt32(dues.count))
        for due in dues { put(due) }
      }
    }
  }
}
