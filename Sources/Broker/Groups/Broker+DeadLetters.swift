import Log
import Platform

/// Dead letters lie in a topic of their own; which of them are still to be dealt with is the
/// group's progress through that topic.
extension Broker {
  /// How many dead letters a group has.
  public func openDeadLetters(of group: Group) -> Int {
    guard let topic = try? topic(group.deadLetterTopic) else { return 0 }
    return topic.partitions.indices.reduce(0) { sum, number in
      sum + group.openCount(topic, number)
    }
  }

  /// A look at the dead letters that are still to be dealt with.
  public func deadLetters(
    of group: Group, from: Int64, maxRecords: Int, maxBytes: Int
  ) throws(BrokerError) -> DeadLetters {
    guard let topic = try? topic(group.deadLetterTopic) else {
      return DeadLetters(part: nil, nextOffset: 0, total: 0)
    }
    let log = topic.partitions[0]
    let offsets = log.offsets
    let end = offsets.highWatermark.value
    let from = min(max(from, offsets.logStart.value), end)
    var open: [Range<Int64>] = []
    var count = 0
    for range in group.open(topic, 0, in: from..<end) where count < maxRecords {
      let part =
        range.lowerBound..<min(range.upperBound, range.lowerBound + Int64(maxRecords - count))
      open.append(part)
      count += part.count
    }
    let total = group.openCount(topic, 0)
    guard let first = open.first, let last = open.last else {
      return DeadLetters(part: nil, nextOffset: end, total: total)
    }
    do throws(LogError) {
      var request = ReadRequest(offset: Offset(first.lowerBound), maxBytes: maxBytes)
      request.end = Offset(last.upperBound)
      let slice = try log.read(request)
      let limit = min(last.upperBound, slice.nextOffset.value)
      let runs = open.filter { $0.lowerBound < limit }.map {
        LeasedRun(
          range: $0.lowerBound..<min($0.upperBound, limit), attempt: 0, isWhole: false)
      }
      let part = LeasedPart(
        topic: topic.name, partition: 0, slice: slice, runs: runs, id: 0, epoch: 0)
      return DeadLetters(part: part, nextOffset: limit, total: total)
    } catch {
      throw .log(error)
    }
  }

  /// Sends dead letters back to the partitions they came from; the answer comes on `sink`. After a
  /// crash in the middle some may be sent again.
  public func redrive(
    _ group: Group, _ request: RedriveRequest, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<RedriveResult, BrokerError>) -> Void
  ) {
    scheduler.post([
      { [self] in
        let outcome: Result<RedriveResult, BrokerError>
        do throws(BrokerError) {
          let letters = try topic(group.deadLetterTopic)
          outcome = .success(
            try Redrive(group: group, letters: letters, request: request, broker: self).run())
        } catch {
          if case .topicNotFound = error {
            outcome = .success(RedriveResult())
          } else {
            outcome = .failure(error)
          }
        }
        sink.post([{ completion(outcome) }])
      }
    ])
  }

  /// Gives all dead letters up; the answer, how many there were, comes on `sink`.
  public func purgeDeadLetters(
    of group: Group, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Int, BrokerError>) -> Void
  ) {
    scheduler.post([
      { [self] in
        guard let topic = try? topic(group.deadLetterTopic) else {
          return sink.post([{ completion(.success(0)) }])
        }
        let count = group.openCount(topic, 0)
        let end = topic.partitions[0].offsets.highWatermark
        group.seek(topic, to: [(0, end)], sink: sink) { outcome in
          completion(outcome.map { count })
        }
        wakeWriter()
      }
    ])
  }
}
