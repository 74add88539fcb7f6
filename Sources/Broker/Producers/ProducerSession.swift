import Log

/// How far a producer has come in a topic, all partitions together: which request is the next.
struct ProducerSession {
  /// What a request is, by its number.
  enum Place: Equatable {
    /// The one that is to come.
    case next
    /// One that came before. With `mayLack`, parts of it may never have been stored.
    case repeated(mayLack: Bool)
  }

  /// What became of a request.
  enum Outcome: Equatable {
    /// It stands in all of its partitions.
    case whole
    /// It stands in some of them.
    case part
    /// It stands where it stood before.
    case repeated
    /// It stands nowhere.
    case nothing
  }

  /// The producer's life; `nil` while it is unknown.
  private(set) var epoch: Int16?
  /// The latest request of that life; -1 for none.
  private(set) var last: Int32 = -1
  /// True when the latest request stands in some of its partitions only, which its producer was
  /// told: nothing comes after it before it is whole.
  private(set) var isIncomplete = false
  /// Requests up to this one came before the server was started, or before the session was set up:
  /// a crash may have stored them in part.
  private var uncertainThrough: Int32 = -1
  /// When something was stored for the producer last.
  private(set) var latestMilliseconds: Int64

  /// What the logs of a topic remember amounts to.
  init(_ standings: [ProducerStanding], now: Int64) {
    let entries = standings.compactMap(\.entry)
    epoch = entries.map(\.epoch).max()
    for entry in entries where entry.epoch == epoch {
      last = max(last, entry.requests.last.sequence)
    }
    uncertainThrough = last
    latestMilliseconds = entries.map(\.latestMilliseconds).max() ?? now
  }

  /// Says which request of the producer's this is.
  ///
  /// - Throws: `producerFenced`, `sequenceGap`.
  func place(of stamp: ProducerStamp) throws(BrokerError) -> Place {
    if let epoch, stamp.epoch < epoch { throw .log(.producerFenced(epoch: epoch)) }
    guard stamp.epoch == epoch else {
      guard stamp.sequence == 0 else { throw .sequenceGap(expected: 0) }
      return .next
    }
    if stamp.sequence <= last {
      return .repeated(
        mayLack: stamp.sequence <= uncertainThrough || isIncomplete && stamp.sequence == last)
    }
    guard !isIncomplete else { throw .sequenceGap(expected: last) }
    guard stamp.sequence == last + 1 else { throw .sequenceGap(expected: last + 1) }
    return .next
  }

  /// Takes in what became of a request.
  mutating func note(_ outcome: Outcome, of stamp: ProducerStamp, now: Int64) {
    guard outcome != .nothing else { return }
    if outcome != .repeated { latestMilliseconds = now }
    if stamp.epoch != epoch {
      epoch = stamp.epoch
      last = -1
      uncertainThrough = -1
    }
    guard stamp.sequence >= last else { return }
    last = stamp.sequence
    isIncomplete = outcome == .part
  }
}
