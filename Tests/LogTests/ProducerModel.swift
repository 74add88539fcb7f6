@testable import Log

/// What a log should answer producers, found in the plainest way: by the list of all requests it
/// has stored.
struct ProducerModel {
  struct Stored: Equatable {
    let stamp: ProducerStamp?
    let base: Int64
    let count: Int
    var end: Int64 { base + Int64(count) }
  }

  enum Answer: Equatable {
    case stored(base: Int64, count: Int)
    case duplicate(base: Int64, count: Int)
    case refused(LogError)
  }

  var stored: [Stored] = []
  var end: Int64 { stored.last?.end ?? 0 }

  /// The requests of a producer's latest epoch, in order.
  func requests(of id: Int64) -> [Stored] {
    let own = stored.filter { $0.stamp?.id == id }
    guard let epoch = own.last?.stamp?.epoch else { return [] }
    return own.filter { $0.stamp?.epoch == epoch }
  }

  mutating func append(_ stamp: ProducerStamp?, count: Int) -> Answer {
    if let stamp, let known = refusalOrRepeat(stamp, count) { return known }
    let base = end
    stored.append(Stored(stamp: stamp, base: base, count: count))
    return .stored(base: base, count: count)
  }

  private func refusalOrRepeat(_ stamp: ProducerStamp, _ count: Int) -> Answer? {
    let window = requests(of: stamp.id).suffix(5)
    guard let last = window.last?.stamp, stamp.epoch <= last.epoch else { return nil }
    if stamp.epoch < last.epoch { return .refused(.producerFenced(epoch: last.epoch)) }
    if let first = window.first(where: { $0.stamp == stamp }) {
      return first.count == count
        ? .duplicate(base: first.base, count: count) : .refused(.sequenceReused(count: first.count))
    }
    return stamp.sequence < last.sequence ? .refused(.sequenceTooOld(last: last.sequence)) : nil
  }

  /// Forgets what a crash has cut off; false if a request is left in part.
  mutating func cut(to end: Int64) -> Bool {
    stored.removeAll { $0.base >= end }
    return self.end == end
  }
}

extension ProducerModel.Answer {
  init(_ outcome: Result<AppendRequest.Stored, LogError>) {
    switch outcome {
    case .success(let one) where one.isDuplicate:
      self = .duplicate(base: one.baseOffset.value, count: one.count)
    case .success(let one): self = .stored(base: one.baseOffset.value, count: one.count)
    case .failure(let error): self = .refused(error)
    }
  }
}
