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

  /// What is remembered elsewhere than in a log.
  ///
  /// - Parameter requests: a producer's latest of one epoch, in the order of their numbers; none if
  ///   the producer is not known.
  public init(
    requests: [RememberedRequest], epoch: Int16, latestMilliseconds: Int64, forgottenThrough: Int64?
  ) {
    if let first = requests.first {
      var window = RequestWindow(first)
      for request in requests.dropFirst() { window.add(request) }
      entry = ProducerEntry(
        epoch: epoch, requests: window, latestMilliseconds: latestMilliseconds)
    } else {
      entry = nil
    }
    self.forgottenThrough = forgottenThrough
    savedThrough = .zero
    savedMilliseconds = nil
  }

  /// A time before which a request cannot have come, if one is known.
  public func earliestMilliseconds(of request: RememberedRequest) -> Int64? {
    request.baseOffset >= savedThrough ? savedMilliseconds : nil
  }
}
