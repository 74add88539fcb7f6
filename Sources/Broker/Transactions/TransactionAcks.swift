/// Messages of one group that a transaction acks when it is committed.
public struct TransactionAcks: Sendable, Equatable {
  /// The group.
  public let group: String
  let items: [ReceiptItem]

  /// What these receipts stand for.
  public init(group: String, receipts: [Receipt]) {
    self.init(group: group, items: receipts.flatMap(\.items))
  }

  init(group: String, items: [ReceiptItem]) { (self.group, self.items) = (group, items) }

  /// How many messages.
  public var count: Int { items.reduce(0) { $0 + Int($1.count) } }
}
