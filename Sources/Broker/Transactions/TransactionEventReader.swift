import Log

/// Reads transaction events back from where they were written one behind the other.
struct TransactionEventReader: EventReading {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next event, or `nil` behind the last one.
  mutating func next() throws(MalformedEvent) -> TransactionEvent? {
    guard position < bytes.count else { return nil }
    guard let kind = TransactionEventKind(rawValue: try number()) else { throw MalformedEvent() }
    switch kind {
    case .counted: return .counted(try number())
    case .prepared: return .prepared(try preparation())
    case .checked:
      let transaction: Int64 = try number()
      let checks = Int(try number() as UInt32)
      return .checked(number: transaction, checks: checks, next: try number())
    case .committed:
      let transaction: Int64 = try number()
      let time: Int64 = try number()
      return .committed(number: transaction, at: time, fates: try fates())
    case .done:
      let transaction: Int64 = try number()
      return .done(number: transaction, fates: try fates())
    case .rolledBack:
      let transaction: Int64 = try number()
      let time: Int64 = try number()
      guard let cause = RollbackCause(rawValue: try number()) else { throw MalformedEvent() }
      return .rolledBack(number: transaction, at: time, cause)
    }
  }

  private mutating func preparation() throws(MalformedEvent) -> TransactionPreparation {
    let transaction: Int64 = try number()
    let id = TransactionID(number: transaction, secret: try number())
    let group = try text()
    let preparedAt: Int64 = try number()
    let nextCheck: Int64 = try number()
    var lanes: [TransactionLane] = []
    for _ in 0..<(try number() as UInt32) {
      let topic = try text()
      let partition: UInt32 = try number()
      let count = Int(try number() as UInt32)
      let size = Int(try number() as UInt32)
      lanes.append(
        TransactionLane(
          topic: topic,
          partition: partition == TransactionEvent.delayedPartition ? nil : Int(partition),
          count: count, content: [UInt8](try take(size))))
    }
    let acked = Int(try number() as UInt32)
    var acks: [TransactionAcks] = []
    for _ in 0..<(try number() as UInt32) {
      let group = try text()
      var items: [ReceiptItem] = []
      for _ in 0..<(try number() as UInt32) {
        items.append(ReceiptItem(try take(ReceiptItem.bytes).baseAddress!))
      }
      acks.append(TransactionAcks(group: group, items: items))
    }
    return TransactionPreparation(
      id: id, producerGroup: group, preparedAt: preparedAt, nextCheck: nextCheck, lanes: lanes,
      acks: acks, acked: acked)
  }

  private mutating func fates() throws(MalformedEvent) -> [LaneFate] {
    var fates: [LaneFate] = []
    for _ in 0..<(try number() as UInt32) {
      guard let kind = LaneFateKind(rawValue: try number()) else { throw MalformedEvent() }
      switch kind {
      case .open: fates.append(.open)
      case .pending: fates.append(.pending(from: Offset(try number())))
      case .stored: fates.append(.stored(Offset(try number())))
      case .dropped: fates.append(.dropped)
      case .scheduled:
        let first: UInt64 = try number()
        var dues: [Int64] = []
        for _ in 0..<(try number() as UInt32) { dues.append(try number()) }
        fates.append(.scheduled(first: first, dues: dues))
      }
    }
    return fates
  }
}
