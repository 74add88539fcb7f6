import Log

/// Delayed records of one partition that are handed over together: announced in the journal under a
/// number of its own, with the offset at which the partition ended then, before they are appended.
/// After a crash the log from there on tells whether they have arrived.
final class DelayPiece {
  /// What became of a piece that was announced.
  enum Fate: UInt8, Sendable {
    /// Its records go on waiting.
    case returned = 0
    /// They stand in the topic.
    case arrived = 1
    /// They went with their topic.
    case dropped = 2
  }

  let number: Int64
  let topic: UInt32
  let partition: UInt32
  let log: any RecordLog
  /// Where the partition ended when the piece was put together.
  let end: Offset
  private(set) var places: [DelayPlace] = []
  private let builder: BatchBuilder
  /// The bytes of tags, each counted wherever it differs from the one before.
  private(set) var tagBytes = 0
  private var tag: Tag?

  init(number: Int64, topic: UInt32, partition: UInt32, log: any RecordLog) {
    self.number = number
    self.topic = topic
    self.partition = partition
    self.log = log
    end = log.offsets.logEnd
    builder = BatchBuilder(stamp: OwnWork.delayed.stamp(number))
  }

  /// When the last of its records is due: not before that may it be appended.
  var due: Int64 { places.last?.key.due ?? 0 }
  var bytes: Int { builder.bytes }

  /// Adds a record, which comes in the order of due time.
  func append(_ record: Record, _ place: DelayPlace, timestamp: Int64) {
    let headers = RecordHeaders(of: record)
    if headers.tag != tag {
      tag = headers.tag
      tagBytes += tag?.bytes.count ?? 0
    }
    builder.append(key: record.key, value: record.value, headers: headers, timestamp: timestamp)
    places.append(place)
  }

  /// The batches, for the one time they are appended.
  func finish() -> FramedBatches { builder.finish() }

  var announcement: DelayAnnouncement {
    DelayAnnouncement(
      number: number, topic: topic, partition: partition, end: end, keys: places.map(\.key))
  }
}
