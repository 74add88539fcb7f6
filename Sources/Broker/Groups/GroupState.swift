/// What a group's lock guards; sendable only to get there.
struct GroupState: @unchecked Sendable {
  var config: GroupConfig
  var partitions: [String: [GroupPartition?]] = [:]
  var byID: [UInt32: GroupPartition] = [:]
  var cursors: [String: [Int: Cursor]] = [:]
  /// Goes up with each receive: who is looked at first.
  var turn: UInt64 = 0
  /// Who waits for messages that come back.
  var waiters: [GroupWaiter] = []
  /// How often those who wait were woken.
  var wakes = 0
  /// While it lasts burying is not tried again.
  var burialRest = Rest()
  var isDeleted = false
  /// Messages whose ack is on its way to the disk with a transaction, by partition.
  var claims: [UInt32: [Range<Int64>]] = [:]

  init(config: GroupConfig) { self.config = config }

  func partition(_ topic: String, _ number: Int) -> GroupPartition? {
    guard let numbered = partitions[topic], numbered.indices.contains(number) else { return nil }
    return numbered[number]
  }

  mutating func add(_ partition: GroupPartition) {
    byID[partition.id] = partition
    var numbered = partitions[partition.topic] ?? []
    while numbered.count <= partition.number { numbered.append(nil) }
    numbered[partition.number] = partition
    partitions[partition.topic] = numbered
  }

  mutating func remove(topic: String) {
    for partition in partitions.removeValue(forKey: topic) ?? [] {
      if let partition { byID[partition.id] = nil }
    }
    cursors[topic] = nil
  }

  /// True if some of the messages are claimed.
  func isClaimed(_ item: ReceiptItem) -> Bool {
    claims[item.id]?.contains { $0.overlaps(item.range) } ?? false
  }

  mutating func dropClaim(_ item: ReceiptItem) {
    claims[item.id]?.removeAll { $0 == item.range }
    if claims[item.id]?.isEmpty == true { claims[item.id] = nil }
  }

  /// All partitions, by topic and number.
  var all: [GroupPartition] {
    partitions.sorted { $0.key < $1.key }.flatMap { $0.value.compactMap { $0 } }
  }
}
