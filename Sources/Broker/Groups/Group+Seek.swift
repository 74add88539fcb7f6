import Log
import Platform

extension Group {
  /// Goes on from other offsets of a topic; receipts of what was leased there are void.
  /// `completion` runs on `sink` once that is on the disk.
  ///
  /// - Parameter places: partitions and the offsets to go on from, which must be there.
  public func seek(
    _ topic: Topic, to places: [(partition: Int, offset: Offset)], sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) {
    let events = GroupEventWriter(buffer: ByteBuffer())
    do throws(BrokerError) {
      try state.withLock { state throws(BrokerError) in
        if state.isDeleted { throw .groupNotFound(name) }
        if topic.isGone { throw .topicNotFound(topic.name) }
        for place in places {
          let partition = try partition(&state, topic, place.partition, events)
          let epoch = partition.progress.epoch &+ 1
          apply([.sought(epoch: epoch, next: place.offset.value)], to: partition, events)
        }
        journal.append(events.buffer, .committed, sink: sink, completion)
      }
      wakeWaiters()
    } catch {
      sink.post([{ completion(.failure(error)) }])
    }
  }

  /// The plain cursors of a topic, by partition.
  public func cursors(_ topic: String) -> [Int: Cursor] {
    state.withLock { $0.cursors[topic] ?? [:] }
  }

  /// Sets a plain cursor; `completion` runs on `sink` once it is on the disk.
  public func setCursor(
    _ topic: Topic, _ partition: Int, _ cursor: Cursor, sink: any JobSink,
    _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) {
    let event = GroupEventWriter(buffer: ByteBuffer())
    event.write(.cursor(group: name, topic: topic.name, partition: partition, cursor))
    do throws(BrokerError) {
      try state.withLock { state throws(BrokerError) in
        if state.isDeleted { throw .groupNotFound(name) }
        if topic.isGone { throw .topicNotFound(topic.name) }
        state.cursors[topic.name, default: [:]][partition] = cursor
        journal.append(event.buffer, .committed, sink: sink, completion)
      }
    } catch {
      sink.post([{ completion(.failure(error)) }])
    }
  }
}
