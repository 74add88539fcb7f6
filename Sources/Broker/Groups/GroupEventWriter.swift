import Platform

/// Writes group events as the journal keeps them: a kind, then fields of fixed width, numbers
/// big-endian, texts with their length in front. Sources/Broker/GROUPS.md lists them.
struct GroupEventWriter: EventWriting {
  let buffer: ByteBuffer

  func write(_ event: GroupEvent) {
    switch event {
    case .groupStands(let name, let config):
      put(GroupEventKind.groupStands)
      put(name)
      put(UInt32(config.count))
      buffer.append(config)
    case .groupGone(let name):
      put(GroupEventKind.groupGone)
      put(name)
    case .joined(let id, let group, let topic, let partition, let next):
      put(GroupEventKind.joined)
      put(id)
      put(group)
      put(topic)
      put(UInt32(partition))
      put(next)
    case .left(let id):
      put(GroupEventKind.left)
      put(id)
    case .progress(let id, let changes): self.write(id, changes)
    case .key(let key):
      put(GroupEventKind.key)
      put(UInt32(key.count))
      buffer.append(key)
    case .cursor(let group, let topic, let partition, let cursor):
      put(GroupEventKind.cursor)
      put(group)
      put(topic)
      put(UInt32(partition))
      put(cursor.nextOffset)
      put(cursor.metadata)
    }
  }

  func write(_ id: UInt32, _ changes: [ProgressChange]) {
    begin(id, changes: changes.count)
    for change in changes { self.write(change) }
  }

  /// Begins a progress event; so many changes must follow.
  func begin(_ id: UInt32, changes: Int) {
    put(GroupEventKind.progress)
    put(id)
    put(UInt32(changes))
  }

  func write(_ change: ProgressChange) {
    switch change {
    case .begun(let offset):
      put(ProgressChangeKind.begun)
      put(offset)
    case .run(let run):
      put(ProgressChangeKind.run)
      put(run.offset)
      put(run.count)
      put(run.attempt)
      buffer.append(run.condition.rawValue)
      put(run.due)
      put(run.firstDelivery)
      put(run.lastDelivery)
    case .done(let range):
      put(ProgressChangeKind.done)
      put(range.lowerBound)
      put(range.upperBound)
    case .sought(let epoch, let next):
      put(ProgressChangeKind.sought)
      put(epoch)
      put(next)
    }
  }
}
