import Log

/// A transaction as it stands: a value, of which others get copies.
public struct Transaction: Sendable {
  /// Its name.
  public let id: TransactionID
  /// Who may be asked what becomes of it.
  public let producerGroup: String
  /// In milliseconds since 1970.
  public let preparedAt: Int64
  /// Its records, by partition; those of a topic that are delivered later by themselves.
  public internal(set) var lanes: [TransactionLane]
  /// What it acks with its commit; empty once that is settled.
  var acks: [TransactionAcks]
  /// How many messages it acks.
  public let acked: Int
  /// How far it has come.
  public internal(set) var state = TransactionState.prepared
  /// How often somebody looked whether it has to be decided.
  public internal(set) var checks = 0
  /// When it is offered next for checking, or rolled back if it was offered often enough; in
  /// milliseconds since 1970.
  public internal(set) var nextCheck: Int64
  /// When it was decided, in milliseconds since 1970; 0 before.
  public internal(set) var decidedAt: Int64 = 0
  /// Why it was rolled back, if it was.
  public internal(set) var rollbackCause: RollbackCause?
  /// Goes up with each commit: after a crash, what is missing is appended in this order.
  var commitOrder = 0
  /// True while its preparation is on the way to the disk: nobody knows of it.
  var isUnborn = false
  /// True while a decision is on the way to the disk.
  var isUnderWay = false

  init(
    id: TransactionID, producerGroup: String, preparedAt: Int64, nextCheck: Int64,
    lanes: [TransactionLane], acks: [TransactionAcks], acked: Int
  ) {
    self.id = id
    self.producerGroup = producerGroup
    self.preparedAt = preparedAt
    self.nextCheck = nextCheck
    self.lanes = lanes
    self.acks = acks
    self.acked = acked
  }

  /// How many records it has.
  public var records: Int { lanes.reduce(0) { $0 + $1.count } }

  /// How many of them are delivered later.
  public var delayedRecords: Int { lanes.reduce(0) { $0 + ($1.isDelayed ? $1.count : 0) } }

  /// How many times of records are remembered with it.
  var dueCount: Int { lanes.reduce(0) { $0 + $1.dueCount } }

  /// What it takes up, in bytes.
  var bytes: Int {
    lanes.reduce(0) { $0 + $1.content.count }
      + acks.reduce(0) { $0 + $1.items.count * ReceiptItem.bytes }
  }

  /// Its stamp in the logs.
  var stamp: ProducerStamp { OwnWork.transaction.stamp(id.number) }

  /// True if somebody may be asked for a decision now.
  var isOpen: Bool { state == .prepared && !isUnborn && !isUnderWay }

  /// Forgets when its records are or were due.
  mutating func forgetDues() {
    for index in lanes.indices {
      guard case .scheduled(let first, _) = lanes[index].fate else { continue }
      lanes[index].fate = .scheduled(first: first, dues: [])
    }
  }

  /// Lets go of all that only a commit needs.
  mutating func forgetContent() {
    for index in lanes.indices { lanes[index].content = [] }
    acks = []
  }
}
