import Platform

/// What the journal's events add up to, while they are read back.
struct GroupReplay {
  /// What a group knows of a partition. An object, so that an event finds it with one look.
  final class Partition {
    let topic: String
    let number: Int
    fileprivate(set) var progress: Progress

    fileprivate init(topic: String, number: Int, progress: Progress) {
      self.topic = topic
      self.number = number
      self.progress = progress
    }
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
  private var owners: [UInt32: (group: String, partition: Partition)] = [:]

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
      let partition = Partition(topic: topic, number: number, progress: Progress(next: next))
      owners[id] = (group, partition)
      groups[group]?.partitions[id] = partition
    case .left(let id):
      guard let owner = owners.removeValue(forKey: id) else { return }
      groups[owner.group]?.partitions[id] = nil
    case .progress(let id, let changes):
      guard let partition = owners[id]?.partition else { return }
      for change in changes { partition.progress.apply(change) }
    case .cursor(let group, let topic, let partition, let cursor):
      groups[group]?.cursors[topic, default: [:]][partition] = cursor
    case .key(let key): self.key = key
    }
  }
}
