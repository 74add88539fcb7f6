/// What happens to groups, as their journal keeps it.
enum GroupEvent: Equatable, Sendable {
  /// A group stands with this config (a JSON object), whether it did before or not.
  case groupStands(name: String, config: [UInt8])
  /// A group is gone, and its progress with it.
  case groupGone(name: String)
  /// A group reads a partition under this number, beginning at `next`, unless it does so already.
  case joined(id: UInt32, group: String, topic: String, partition: Int, next: Int64)
  /// A group has nothing to do with that partition any more.
  case left(id: UInt32)
  /// A group's progress in a partition changes.
  case progress(id: UInt32, [ProgressChange])
  /// The key that receipts are signed with.
  case key([UInt8])
  /// A plain cursor stands there.
  case cursor(group: String, topic: String, partition: Int, Cursor)
}
