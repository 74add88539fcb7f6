import Platform

/// What the journal's events add up to, while they are read back.
struct GroupReplay {
  struct Partition {
    var topic: String
    var number: Int
    var progress: Progress
  }

  struct Member {
    var config: [UInt8]
    var partitions: [UInt32: Partition] = [:]
    /// The number under which it reads each partition.
    fileprivate(set) var ids: [String: [Int: UInt32]] = [:]
    var cursors: [String: [Int: Cursor]] = [:]
  }

  private(set) var groups: [String: Member] = [:]
  private(set) var key: [UInt8]?
  private(set) var lastID: UInt32 = 0
  private var owners: [UInt32: String] = [:]

  /// Applies all events in `bytes`; stops before what it does not know.
  mutating func apply(_ bytes: UnsafeRawBufferPointer) {
    var reader = GroupEventReader(bytes)
    while let event = try? reader.next() { apply(event) }
  }

  mutating func apply(_ event: GroupEvent) {
    switch event {
    case .groupStands(let name, let config):
      if groups[name] == nil { groups[name] = Member(config: config) }
      groups[name]?.config = config
    case .groupGone(let name):
      for id in groups[name]?.partitions.keys ?? [:].keys { owners[id] = nil }
      groups[name] = nil
    case .joined(let id, let group, let topic, let number, let next):
      lastID = max(lastID, id)
      guard groups[group] != nil, owners[id] == nil else { return }
      // A group reads a partition under one number: that it has left is missing where the disk was
      // full.
      let known = groups[group]?.ids[topic, default: [:]].updateValue(id, forKey: number)
      if let known { apply(.left(id: known)) }
      owners[id] = group
      groups[group]?.partitions[id] = Partition(
        topic: topic, number: number, progress: Progress(next: next))
    case .left(let id):
      guard let group = owners.removeValue(forKey: id) else { return }
      groups[group]?.partitions[id] = nil
    case .progress(let id, let changes):
      guard let group = owners[id] else { return }
      for change in changes { groups[group]?.partitions[id]?.progress.apply(change) }
    case .cursor(let group, let topic, let partition, let cursor):
      groups[group]?.cursors[topic, default: [:]][partition] = cursor
    case .key(let key): self.key = key
    }
  }
}
