import Platform

/// What a log can answer instead of doing what it was asked.
public enum LogError: Error, Sendable, Equatable {
  /// The offset lies before the log's start: deleted by retention or truncation.
  case offsetTooOld(logStartOffset: Offset)
  /// The offset lies behind the next record to come.
  case offsetPastEnd(highWatermark: Offset)
  /// Bytes on disk are not what was written; nothing was thrown away.
  case corrupted(file: String, position: Int, reason: String)
  /// Record batches that came from outside are not sound.
  case invalidBatch(index: Int, reason: String)
  /// The disk is full; nothing was stored, and writes resume when there is room.
  case outOfSpace
  /// A write or sync failed for good: the data directory takes no more writes.
  case offline(reason: String)
  /// Something could not be written, and may be next time: nothing of the request was stored.
  case unwritable(reason: String)
  /// Something that a later version will take.
  case notSupportedYet(String)
  /// A later epoch of the producer has been here.
  case producerFenced(epoch: Int16)
  /// A producer's request is older than those that are remembered: whether it was stored cannot be
  /// told any more.
  case sequenceTooOld(last: Int32)
  /// Under a producer's sequence number something else was stored: `count` records.
  case sequenceReused(count: Int)
  /// A read failed.
  case unreadable(reason: String)
  /// Something could not be read for want of descriptors or memory, and may be next time.
  case unavailable(reason: String)
  /// The log was deleted or the server is stopping.
  case closed

  /// True when it is the producer's doing, not the disk's.
  var isProducers: Bool {
    switch self {
    case .producerFenced, .sequenceTooOld, .sequenceReused: true
    default: false
    }
  }

  /// What a failed read, or a failed opening for it, means.
  public init(reading error: SystemError) {
    self =
      error.isExhausted
      ? .unavailable(reason: error.description) : .unreadable(reason: error.description)
  }

  /// What it means when something that others rely on could not be written down: the directory goes
  /// offline, unless there only was no descriptor.
  init(keeping error: SystemError) {
    self =
      error.isExhausted
      ? .unwritable(reason: error.description) : .offline(reason: error.description)
  }

  /// What a failed write or open means: a full disk and a want of descriptors pass, a broken device
  /// does not.
  init(writing error: SystemError) {
    if error.isOutOfSpace {
      self = .outOfSpace
    } else if error.isDeviceFailure {
      self = .offline(reason: error.description)
    } else {
      self = .unwritable(reason: error.description)
    }
  }
}
