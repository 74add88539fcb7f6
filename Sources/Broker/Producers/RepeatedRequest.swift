import Log

/// A request that came before, held against what the logs of its topic remember of it.
struct RepeatedRequest {
  private struct Held {
    let partition: Int
    let request: RememberedRequest
  }

  private let stamp: ProducerStamp
  private let standings: [ProducerStanding]
  private let held: [Held]

  init(_ stamp: ProducerStamp, _ standings: [ProducerStanding]) {
    self.stamp = stamp
    self.standings = standings
    held = standings.enumerated().compactMap { partition, standing in
      guard let entry = standing.entry, entry.epoch == stamp.epoch,
        let request = entry.requests.request(stamp.sequence)
      else { return nil }
      return Held(partition: partition, request: request)
    }
  }

  /// What is to be done so that no record is stored twice and, where that can be told, none is
  /// missing.
  ///
  /// - Parameters:
  ///   - parts: where its records would go now. With more partitions than at the first time that
  ///     may be elsewhere, so what is held decides.
  ///   - mayLack: parts of it may never have been stored.
  ///   - lackIsKnown: it was seen to fail in part.
  /// - Throws: `sequenceTooOld`, `sequenceReused`.
  func verdict(
    _ parts: [RequestPart], mayLack: Bool, lackIsKnown: Bool
  ) throws(BrokerError) -> ProducerVerdict {
    let wanted = parts.reduce(0) { $0 + $1.count }
    let total = held.reduce(0) { $0 + Int($1.request.count) }
    if held.isEmpty { throw tooOld }
    if total == wanted { return .recall(held.map(\.partition)) }
    guard total < wanted else { throw .log(.sequenceReused(count: total)) }
    for one in held
    where !parts.contains(RequestPart(partition: one.partition, count: Int(one.request.count))) {
      throw .log(.sequenceReused(count: total))
    }
    guard mayLack else { throw tooOld }
    for part in parts where !held.contains(where: { $0.partition == part.partition }) {
      guard lackIsKnown || neverHad(part.partition) else { throw tooOld }
    }
    return .store
  }

  private var tooOld: BrokerError {
    let last = standings.compactMap { standing in
      standing.entry.flatMap { $0.epoch == stamp.epoch ? $0.requests.last.sequence : nil }
    }.max()
    return .log(.sequenceTooOld(last: last ?? stamp.sequence))
  }

  /// True when the partition's log can be sure that it never held its part.
  private func neverHad(_ partition: Int) -> Bool {
    let standing = standings[partition]
    if let entry = standing.entry {
      return entry.epoch < stamp.epoch || entry.requests.last.sequence < stamp.sequence
    }
    // It does not know the producer. Has it forgotten somebody since the request came?
    guard let forgotten = standing.forgottenThrough else { return true }
    let earliest = held.compactMap { one in
      standings[one.partition].earliestMilliseconds(of: one.request)
    }.max()
    return earliest.map { forgotten < $0 } ?? false
  }
}
