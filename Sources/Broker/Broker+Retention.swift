import Log
import Platform

/// The deleting of what is old.
///
/// What the server appends of its own accord (`OwnWork`, dead letters) is looked for in the logs
/// after a crash, until a journal says that it has arrived. So nothing is deleted of which the
/// journals do not say so on the disk: what went before that would be appended once more.
extension Broker {
  /// Deletes whole segments before an offset; the answer, the log's new start, comes on `sink`.
  public func truncate(
    _ name: String, partition: Int, before offset: Offset, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Offset, BrokerError>) -> Void
  ) {
    change(sink, completion) { [self] catalog throws(BrokerError) in
      guard let topic = catalog.topics[name] else { throw .topicNotFound(name) }
      let log = try topic.partition(partition)
      let end = log.offsets.highWatermark
      guard offset <= end else { throw .log(.offsetPastEnd(highWatermark: end)) }
      noteArrivals()
      do throws(LogError) {
        let start = try log.truncate(before: offset)
        // What others had to wait for may be gone.
        groups.wakeWaiters()
        return start
      } catch {
        throw .log(error)
      }
    }
  }

  /// Applies every topic's retention now. For the scheduler's thread.
  func enforceRetention(report: (String) -> Void) {
    let now = clock.wallMilliseconds()
    let topics = topics
    let ends = topics.map { $0.partitions.map(\.offsets.highWatermark) }
    noteArrivals()
    var deletesSomething = false
    for (topic, ends) in zip(topics, ends) {
      for (number, (log, end)) in zip(topic.partitions, ends).enumerated() {
        let start = log.offsets.logStart
        do {
          try log.enforceRetention(now: now, before: end)
        } catch {
          report("retention of \(topic.name)-\(number): \(error)")
        }
        if log.offsets.logStart > start { deletesSomething = true }
      }
    }
    if deletesSomething { groups.wakeWaiters() }
  }

  /// Waits until the journals say, on the disk, of what the server has appended itself by now that
  /// it has arrived. On a full disk they cannot: then what is deleted makes room for that.
  func noteArrivals() {
    if hasBuried.exchange(false, ordering: .relaxed), !groups.journal.waitForAll() {
      hasBuried.store(true, ordering: .relaxed)
    }
    _ = delays.noteArrivals()
    _ = transactions.noteArrivals()
  }
}
