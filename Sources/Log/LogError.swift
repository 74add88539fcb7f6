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

extension LogError: CustomStringConvertible {
  /// A sentence for people, without a full stop.
  public var description: String {
    switch self {
    case .offsetTooOld(let start): "records before offset \(start) were deleted"
    case .offsetPastEnd(let end): "the log ends before offset \(end)"
    case .corrupted(let file, let position, let reason):
      "\(file) at position \(position): \(reason)"
    case .invalidBatch(let index, let reason): "batch \(index) is not sound: \(reason)"
    case .outOfSpace: "the disk is full"
    case .offline(let reason): "the storage is offline: \(reason)"
    case .unwritable(let reason), .unreadable(let reason), .unavailable(let reason): reason
    case .notSupportedYet(let what): "not supported yet: \(what)"
    case .producerFenced(let epoch): "the producer has gone on with epoch \(epoch)"
    case .sequenceTooOld(let last): "the producer's last request that is remembered is \(last)"
    case .sequenceReused(let count):
      "another request of \(count) records was stored under this sequence number"
    case .closed: "the log was deleted, or the server is stopping"
    }
  }
}
