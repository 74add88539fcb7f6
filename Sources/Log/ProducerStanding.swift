/// What one log says of a producer, for those who judge by all of a topic's logs together.
public struct ProducerStanding: Sendable {
  /// What it remembers; `nil` if it does not know the producer.
  public let entry: ProducerEntry?
  /// When the latest of the producers that the log has forgotten was last heard of, in milliseconds
  /// since 1970; `nil` if it never forgot one.
  public let forgottenThrough: Int64?
  private let savedThrough: Offset
  private let savedMilliseconds: Int64?

  init(_ table: ProducerTable, id: Int64, now: Int64) {
    entry = table.entry(of: id, now: now)
    forgottenThrough = table.forgottenThrough
    savedThrough = table.savedThrough
    savedMilliseconds = table.savedMilliseconds
  }

  /// A time before which a request cannot have come, if one is known.
  public func earliestMilliseconds(of request: RememberedRequest) -> Int64? {
    request.baseOffset >= savedThrough ? savedMilliseconds : nil
  }
}
