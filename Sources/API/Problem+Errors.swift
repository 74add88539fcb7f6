import Broker
import HTTP
import HTTPServer
import JSON
import Log

/// The one place where errors become statuses.
extension Problem {
  init(_ failure: ParseFailure) {
    self.init(failure.status, failure.code, failure.detail)
  }

  init(_ refusal: Refusal) {
    switch refusal {
    case .malformed(let failure): self.init(failure)
    case .tooSlow:
      self.init(.requestTimeout, "request_timeout", "The request took too long to arrive.")
    case .tooManyConnections(let limit):
      self.init(
        .serviceUnavailable, "too_many_connections",
        "There are \(limit) connections already.")
      figures.append(("limit", .number(Int64(limit))))
      retryAfterSeconds = 1
    case .noDescriptor:
      self.init(
        .serviceUnavailable, "too_many_connections",
        "The server has no descriptor left for another connection.")
      retryAfterSeconds = 1
    }
  }

  init(_ error: BrokerError) {
    switch error {
    case .topicNotFound(let name):
      self.init(.notFound, "topic_not_found", "There is no topic \(name).")
    case .partitionNotFound(let number, let partitions):
      self.init(.notFound, "partition_not_found", "There is no partition \(number).")
      figures.append(("partitions", .number(Int64(partitions))))
    case .topicDiffers(let name):
      self.init(
        .conflict, "topic_exists_differently",
        "The topic \(name) stands with other partitions or another config.")
    case .invalidName(let name):
      self.init(
        .badRequest, "invalid_name",
        "\(name) is no name: it takes [A-Za-z0-9._-]{1,249}, not . or .., not __ in front.")
    case .invalidPartitionCount(_, let max):
      self.init(.badRequest, "invalid_parameter", "partitions must be from 1 to \(max).")
      figures.append(("limit", .number(Int64(max))))
    case .partitionsCannotShrink(let present):
      self.init(
        .badRequest, "partitions_cannot_shrink",
        "The topic has \(present) partitions; they can be added, not taken away.")
      figures.append(("partitions", .number(Int64(present))))
    case .tooMany(let what, let max):
      self.init(
        .conflict, what == "groups" ? "too_many_groups" : "too_many_topics",
        "There are as many \(what) as there may be: \(max).")
      figures.append(("limit", .number(Int64(max))))
    case .groupNotFound(let name):
      self.init(.notFound, "group_not_found", "There is no group \(name).")
    case .recordTooLarge(let bytes, let limit):
      self.init(
        .contentTooLarge, "record_too_large",
        "A record has \(bytes) bytes; the topic takes at most \(limit).")
      figures.append(("limit_bytes", .number(Int64(limit))))
    case .transactionNotFound, .transactionDecided, .receiptsStale, .tooManyTransactions,
      .tooManyTransactionBytes, .transactionTooLarge:
      self.init(transaction: error)
    case .sequenceGap(let expected):
      self.init(
        .conflict, "sequence_gap", "The producer's next request must have the number \(expected).")
      figures.append(("expected_sequence", .number(Int64(expected))))
      expectedSequence = Int(expected)
    case .tooManyInFlight(let max):
      self.init(
        .tooManyRequests, "too_many_in_flight",
        "As many requests of the producer wait for those before them as may: \(max).")
      figures.append(("limit", .number(Int64(max))))
      retryAfterSeconds = 1
    case .delayTooLong, .tooManyScheduled, .tooManyBytesUnderWay, .scheduledNotFound,
      .inDelivery:
      self.init(delay: error)
    case .log(let error): self.init(error)
    case .stopping:
      self.init(.serviceUnavailable, "draining", "The server is stopping.")
      retryAfterSeconds = 1
    }
  }

  /// What delayed records can meet with.
  private init(delay error: BrokerError) {
    switch error {
    case .delayTooLong(let limit):
      self.init(
        .badRequest, "delay_too_long",
        "A record can be delivered at most \(DurationText.text(limit)) ahead.")
      figures.append(("limit_ms", .number(limit)))
    case .tooManyScheduled(let max):
      self.init(
        .tooManyRequests, "too_many_scheduled",
        "As many delayed records wait as may: \(max).")
      figures.append(("limit", .number(Int64(max))))
      retryAfterSeconds = 60
    case .tooManyBytesUnderWay(let max):
      self.init(
        .tooManyRequests, "too_many_bytes_in_flight",
        "More than \(max) bytes of delayed records wait for the disk.")
      retryAfterSeconds = 1
    case .scheduledNotFound(let id):
      self.init(
        .notFound, "scheduled_not_found",
        "No record waits under \(id): it was delivered, taken back, or never was.")
    case .inDelivery(let id):
      self.init(.conflict, "scheduled_in_delivery", "\(id) is being delivered at this moment.")
    default: preconditionFailure("\(error) has nothing to do with delays")
    }
  }

  init(_ error: LogError) {
    switch error {
    case .offsetTooOld(let start):
      self.init(.gone, "offset_too_old", "Records before offset \(start) were deleted.")
      figures.append(("earliest_offset", .number(start.value)))
    case .offsetPastEnd(let end):
      self.init(
        .rangeNotSatisfiable, "offset_past_end",
        "The log ends at offset \(end); it is the last one that may be asked for.")
      figures.append(("high_watermark", .number(end.value)))
    case .corrupted(let file, let position, let reason):
      self.init(
        .internalServerError, "log_corrupted", "\(file) at position \(position): \(reason).")
      figures.append(("file", .text(file)))
      figures.append(("position", .number(Int64(position))))
    case .invalidBatch(let index, let reason):
      self.init(.badRequest, "invalid_batch", "Batch \(index): \(reason).")
      figures.append(("batch", .number(Int64(index))))
    case .outOfSpace: self.init(.insufficientStorage, "storage_full", "The disk is full.")
    case .unwritable(let reason):
      self.init(
        .serviceUnavailable, "storage_unavailable", "This could not be stored now: \(reason).")
      retryAfterSeconds = 1
    case .notSupportedYet(let what): self = .notSupportedYet(what)
    case .producerFenced(let epoch):
      self.init(
        .forbidden, "producer_fenced",
        "The producer has gone on with epoch \(epoch): this one is over.")
      figures.append(("current_epoch", .number(Int64(epoch))))
    case .sequenceTooOld(let last):
      self.init(
        .conflict, "sequence_too_old",
        "Whether this request was stored is not remembered: the producer's last one is \(last).")
      figures.append(("last_sequence", .number(Int64(last))))
    case .sequenceReused(let count):
      self.init(
        .conflict, "sequence_reused",
        "Another request was stored under this sequence number, of \(count) records.")
      figures.append(("stored_records", .number(Int64(count))))
    case .offline(let reason):
      self.init(
        .serviceUnavailable, "storage_offline",
        "The data directory takes no more writes: \(reason).")
    case .unreadable(let reason):
      self.init(.internalServerError, "storage_unreadable", "A read failed: \(reason).")
    case .unavailable(let reason):
      self.init(
        .serviceUnavailable, "storage_unavailable", "This could not be read now: \(reason).")
      retryAfterSeconds = 1
    case .closed:
      self.init(.notFound, "topic_not_found", "The topic was deleted.")
    }
  }

  init(_ error: JSONError) {
    self.init(.badRequest, "malformed_json", "\(error.message)")
    if let offset = error.offset { figures.append(("position", .number(Int64(offset)))) }
  }

  init(_ refusal: TopicConfig.Refusal) {
    let code = refusal.isNotSupportedYet ? "not_supported_yet" : "invalid_config"
    self.init(.badRequest, code, "\(refusal.field): \(refusal.reason)")
    figures.append(("field", .text(refusal.field)))
  }

  init(_ refusal: GroupConfig.Refusal) {
    self.init(.badRequest, "invalid_config", "\(refusal.field): \(refusal.reason)")
    figures.append(("field", .text(refusal.field)))
  }

  /// Where calls of several modules fail in one place.
  init(any error: any Error) {
    switch error {
    case let error as BrokerError: self.init(error)
    case let error as LogError: self.init(error)
    case let error as Problem: self = error
    default:
      self.init(.internalServerError, "internal_error", "Something unforeseen failed: \(error).")
    }
  }

  /// As many things of a kind go on at one time as may.
  static func tooMany(
    _ code: String, _ detail: String, limit: Int, retryAfterSeconds: Int = 1
  ) -> Problem {
    var problem = Problem(.tooManyRequests, code, detail).with("limit", Int64(limit))
    problem.retryAfterSeconds = retryAfterSeconds
    return problem
  }

  /// As many requests wait for records as may.
  static func tooManyWaiters(_ limit: Int) -> Problem {
    tooMany("too_many_waiters", "As many requests wait as may: \(limit).", limit: limit)
  }

  /// A parameter, field or header that a later version will take.
  static func notSupportedYet(_ what: String) -> Problem {
    Problem(.badRequest, "not_supported_yet", "\(what) is not supported yet.")
  }

  /// A query parameter that cannot be used.
  static func invalidParameter(_ name: String, _ reason: String) -> Problem {
    Problem(.badRequest, "invalid_parameter", "\(name): \(reason)").with("parameter", name)
  }
}
