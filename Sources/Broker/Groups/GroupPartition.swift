import Log

/// A partition that a group reads. Belongs to its group's lock.
final class GroupPartition {
  /// The number it has in receipts and in the journal.
  let id: UInt32
  let topic: String
  let number: Int
  let log: any RecordLog
  var progress: Progress
  var counts = GroupCounts()
  /// How often time had freed messages when those who wait were told last.
  var readyTold = 0
  /// For groups that keep the order of keys.
  var keys = KeyWindow()

  init(id: UInt32, topic: String, number: Int, log: any RecordLog, progress: Progress) {
    self.id = id
    self.topic = topic
    self.number = number
    self.log = log
    self.progress = progress
  }
}
