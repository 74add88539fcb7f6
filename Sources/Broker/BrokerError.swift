import Log

/// What the broker can answer instead of doing what it was asked.
public enum BrokerError: Error, Sendable, Equatable {
  /// No topic has that name.
  case topicNotFound(String)
  /// The topic has no such partition.
  case partitionNotFound(Int, partitions: Int)
  /// A topic of that name stands, with other partitions or another config.
  case topicDiffers(String)
  /// The name is not one a topic may have.
  case invalidName(String)
  /// A number of partitions that a topic cannot have.
  case invalidPartitionCount(Int, max: Int)
  /// Partitions can be added, never taken away.
  case partitionsCannotShrink(present: Int)
  /// There are as many topics, or partitions in all, as there may be.
  case tooMany(what: String, max: Int)
  /// No group has that name.
  case groupNotFound(String)
  /// Key, value and headers of a record are larger than the topic takes.
  case recordTooLarge(bytes: Int, limitBytes: Int)
  /// No transaction has that name, or its outcome is not remembered any more.
  case transactionNotFound(String)
  /// The transaction was decided otherwise.
  case transactionDecided(TransactionState)
  /// The transaction was to ack messages that are not its consumer's any more: it is rolled back.
  case receiptsStale
  /// There are as many undecided transactions as there may be.
  case tooManyTransactions(max: Int)
  /// Undecided transactions take up as many bytes as they may.
  case tooManyTransactionBytes(max: Int)
  /// One transaction alone takes up more bytes than all may.
  case transactionTooLarge(bytes: Int, limitBytes: Int)
  /// A record is to be delivered further ahead than the server takes.
  case delayTooLong(limitMilliseconds: Int64)
  /// As many delayed records wait as may.
  case tooManyScheduled(max: Int)
  /// More bytes of delayed records than these wait to be sorted in.
  case tooManyBytesUnderWay(max: Int)
  /// No record with that id waits.
  case scheduledNotFound(String)
  /// The record is being handed over at this moment.
  case inDelivery(String)
  /// A producer left out a sequence number: `expected` is the next one.
  case sequenceGap(expected: Int32)
  /// As many requests of one producer wait for those before them as may.
  case tooManyInFlight(max: Int)
  /// The log refused.
  case log(LogError)
  /// The server is stopping.
  case stopping
}
