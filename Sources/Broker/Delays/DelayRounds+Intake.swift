import Log
import Platform

/// What comes in: additions, cancellations, deleted topics.
extension DelayRounds {
  /// So many small things are done in a turn, as long as they take less than a millisecond.
  private static let turnMax = 64

  /// Has events that are in the journal take effect, in their order.
  func doOperations(_ now: Int64) {
    for _ in 0..<DelayRounds.turnMax {
      guard let operation = journal.next, let outcome = operation.outcome else { return }
      // That a topic is gone takes nothing but memory.
      if isResting, !operation.isTopicGone { return }
      finish(operation, outcome, now)
      if clock.wallMilliseconds() > now { return }
    }
  }

  /// While it rests, who waits for a topic to be forgotten behind other things waits no longer.
  func holdUpNobody() {
    guard let pause, let operation = journal.next, !operation.isTopicGone else { return }
    journal.holdUpNobody(pause.reason)
  }

  private func finish(
    _ operation: DelayOperation, _ outcome: Result<AppendRequest.Stored, LogError>, _ now: Int64
  ) {
    switch operation.kind {
    case .added(let event, let count, let first, let sink, let answer):
      if case .success = outcome {
        do throws(LogError) {
          try add(event, now)
          if !isStopping { journal.refuse(because: nil) }
        } catch {
          // It is in the journal: it is kept until there is room for it.
          report("delayed records cannot be sorted in now: \(error)")
          journal.refuse(because: .log(error))
          return rest(because: error)
        }
        metrics.scheduled.add(count)
        recordsSinceSweep += count
      }
      let result = outcome.map { _ in first }.mapError { BrokerError.log($0) }
      sink.post([{ answer(result) }])
    case .cancelled(let key):
      do throws(LogError) {
        try finishCancellation(key, outcome)
      } catch {
        // It is in the journal: what comes behind it waits until its place can be read.
        report("a delayed record cannot be taken back now: \(error)")
        return rest(because: error)
      }
    case .topicGone(let id, let name):
      metrics.dropped.add(store.markGone(id))
      journal.finishForgetting(name, outcome.map { _ in })
    }
    journal.finishNext()
  }

  private func add(_ event: ByteBuffer, _ now: Int64) throws(LogError) {
    guard case .added(let addition)? = try? DelayEventReader.read(event.bytes) else {
      preconditionFailure("an addition is not what was written")
    }
    try store.apply(addition, now: now) { heap.insert($0) }
    shrink()
  }

  /// Has the latest ones wait on the disk when there are too many in memory.
  private func shrink() {
    guard load == nil else { return }
    shrink(to: placesMax * 2)
  }

  /// Has the latest ones wait on the disk until no more than so many are in memory.
  func shrink(to most: Int) {
    while heap.count > most, let last = heap.popMax() {
      guard let bucket = store.bucket(last.bucket) else { continue }
      store.setLoaded(bucket, through: min(bucket.loadedThrough, last.key.previous))
    }
  }

  // MARK: - Cancelling

  /// Has records taken back.
  func doCancellations(_ now: Int64) {
    for _ in 0..<DelayRounds.turnMax {
      guard !isResting, let (key, answer) = cancellations.popFirst() else { return }
      cancel(key, answer)
      if clock.wallMilliseconds() > now { return }
    }
  }

  /// Has a record taken back, if it still waits and is not being handed over.
  private func cancel(_ key: DelayKey, _ answer: DelayCancellation) {
    if held.contains(key.number) { return answer.answer(.failure(.inDelivery(key.id))) }
    do throws(LogError) {
      guard let place = try store.place(of: key), !store.isGone(place.entry.topic) else {
        return answer.answer(.failure(.scheduledNotFound(key.id)))
      }
      if cancelling[key.number] != nil {
        cancelling[key.number]!.append(answer)
        return
      }
      cancelling[key.number] = [answer]
      journal.cancel(key, topic: place.entry.topic)
      hasWritten = true
    } catch {
      answer.answer(.failure(.log(error)))
    }
  }

  private func finishCancellation(
    _ key: DelayKey, _ outcome: Result<AppendRequest.Stored, LogError>
  ) throws(LogError) {
    if case .success = outcome, let place = try store.place(of: key) { store.markDone([place]) }
    let answers = cancelling.removeValue(forKey: key.number) ?? []
    let kept = aside.removeValue(forKey: key.number)
    switch outcome {
    case .success:
      metrics.cancelled.increment()
      answers.first?.answer(.success(()))
      for answer in answers.dropFirst() {
        answer.answer(.failure(.scheduledNotFound(key.id)))
      }
    case .failure(let error):
      if let kept { heap.insert(kept) }
      for answer in answers { answer.answer(.failure(.log(error))) }
    }
  }
}
