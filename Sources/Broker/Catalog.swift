import JSON
import Log
import Platform

/// Which topics there are. Read by everybody through the broker's lock; changed, and journaled
/// before that, on the scheduler's thread alone.
final class Catalog {
  static let eventsBeforeSnapshot = 1000

  private struct Entry {
    var partitions: Int
    var config: TopicConfig
  }

  private let engine: any LogEngine
  private let journal: Journal
  private let clock: any Clock
  private let limits: BrokerLimits
  private var entries: [String: Entry] = [:]
  /// Topics that were deleted: what is still stored of them may be removed.
  private var deleted: Set<String> = []
  private var eventsSinceSnapshot = 0
  private(set) var topics: [String: Topic] = [:]
  private var partitionCount = 0
  /// The names of topics that were made, changed or deleted since somebody asked.
  private var changed: [String] = []

  /// Reads the journal and opens every partition's log.
  init(
    engine: any LogEngine, clock: any Clock, limits: BrokerLimits,
    report: (String) -> Void
  ) throws(LogError) {
    self.engine = engine
    self.clock = clock
    self.limits = limits
    journal = try engine.openJournal("catalog")
    try replay()
    for (topic, partition) in try engine.storedPartitions()
    where partition >= (entries[topic]?.partitions ?? 0) {
      if deleted.contains(topic) {
        do {
          try engine.removeStored(topic: topic, partition: partition)
        } catch {
          report("cannot remove what is left of \(topic)-\(partition): \(error)")
        }
      } else {
        report("left alone: data of partition \(topic)-\(partition), which is in no topic")
      }
    }
    for (name, entry) in entries { topics[name] = try openTopic(name, entry, from: nil) }
    partitionCount = topics.values.reduce(0) { $0 + $1.partitions.count }
  }

  /// What has become of the topics that were made, changed or deleted since this was last called.
  func takeChanges() -> [(name: String, topic: Topic?)] {
    defer { changed = [] }
    return changed.map { ($0, topics[$0]) }
  }

  /// Makes a topic, or finds that it stands just so.
  func create(
    _ name: String, partitions: Int, config: TopicConfig
  ) throws(BrokerError) -> (topic: Topic, isNew: Bool) {
    guard TopicName.isValid(name) else { throw .invalidName(name) }
    if let standing = topics[name] {
      guard standing.partitions.count == partitions, standing.config == config else {
        throw .topicDiffers(name)
      }
      return (standing, false)
    }
    guard topics.count < limits.topicsMax else {
      throw .tooMany(what: "topics", max: limits.topicsMax)
    }
    try check(partitions: partitions, more: partitions)
    return (try stand(name, Entry(partitions: partitions, config: config)), true)
  }

  /// Gives a topic another config, more partitions, or both.
  func change(
    _ name: String, partitions: Int?, config: TopicConfig
  ) throws(BrokerError) -> Topic {
    guard let standing = topics[name] else { throw .topicNotFound(name) }
    let present = standing.partitions.count
    let wanted = partitions ?? present
    guard wanted >= present else { throw .partitionsCannotShrink(present: present) }
    try check(partitions: wanted, more: wanted - present)
    return try stand(name, Entry(partitions: wanted, config: config))
  }

  /// Deletes a topic and everything in it.
  func delete(_ name: String) throws(BrokerError) {
    guard let topic = topics[name] else { throw .topicNotFound(name) }
    try record(.topicDeleted(name: name))
    entries[name] = nil
    topics[name] = nil
    partitionCount -= topic.partitions.count
    changed.append(name)
    deleted.insert(name)
    snapshotWhenDue()
    var failure: LogError?
    for (number, log) in topic.partitions.enumerated() {
      do {
        try engine.removeLog(topic: name, partition: number, log)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw .log(failure) }
  }

  private func check(partitions: Int, more: Int) throws(BrokerError) {
    guard (1...limits.partitionsPerTopicMax).contains(partitions) else {
      throw .invalidPartitionCount(partitions, max: limits.partitionsPerTopicMax)
    }
    guard partitionCount + more <= limits.partitionsMax else {
      throw .tooMany(what: "partitions", max: limits.partitionsMax)
    }
  }

  /// Opens the logs first, so that a topic that is journaled can be opened again.
  private func stand(_ name: String, _ entry: Entry) throws(BrokerError) -> Topic {
    let topic: Topic
    do {
      if deleted.contains(name) {
        for (stored, partition) in try engine.storedPartitions() where stored == name {
          try engine.removeStored(topic: name, partition: partition)
        }
      }
      topic = try openTopic(name, entry, from: topics[name])
    } catch {
      throw .log(error)
    }
    try record(
      .topicStands(name: name, partitions: entry.partitions, config: entry.config))
    deleted.remove(name)
    entries[name] = entry
    partitionCount += topic.partitions.count - (topics[name]?.partitions.count ?? 0)
    topics[name] = topic
    changed.append(name)
    snapshotWhenDue()
    return topic
  }

  private func openTopic(
    _ name: String, _ entry: Entry, from standing: Topic?
  ) throws(LogError) -> Topic {
    var logs = standing?.partitions ?? []
    for log in logs { log.settings = entry.config.log }
    for number in logs.count..<max(logs.count, entry.partitions) {
      logs.append(
        try engine.openLog(topic: name, partition: number, settings: entry.config.log))
    }
    let producers =
      standing?.producers
      ?? ProducerSessions(limits: limits.producers, metrics: engine.producerMetrics)
    return Topic(
      name: name, config: entry.config, partitions: logs, producers: producers)
  }

  private func record(_ event: CatalogEvent) throws(BrokerError) {
    let buffer = ByteBuffer()
    var json = JSONWriter(into: buffer)
    event.write(to: &json)
    do {
      try journal.append(buffer, timestamp: clock.wallMilliseconds())
      eventsSinceSnapshot += 1
    } catch {
      throw .log(error)
    }
  }

  /// Writes a snapshot if it is time, once the last event has taken effect. Where that fails the
  /// events are all there, and the next one brings another try.
  private func snapshotWhenDue() {
    guard eventsSinceSnapshot >= Catalog.eventsBeforeSnapshot else { return }
    try? writeSnapshot()
  }

  // MARK: - Journal

  private func replay() throws(LogError) {
    let parser = JSONParser()
    func apply(_ bytes: UnsafeRawBufferPointer) {
      guard let object = try? parser.parse(bytes) else { return }
      if let event = CatalogEvent(object) { self.apply(event) }
    }
    try journal.replay { snapshot in
      for line in snapshot.split(separator: UInt8(ascii: "\n")) {
        apply(UnsafeRawBufferPointer(rebasing: line))
      }
    } event: { event in
      apply(event)
      eventsSinceSnapshot += 1
    }
  }

  private func apply(_ event: CatalogEvent) {
    switch event {
    case .topicStands(let name, let partitions, let config):
      entries[name] = Entry(partitions: partitions, config: config)
      deleted.remove(name)
    case .topicDeleted(let name):
      entries[name] = nil
      deleted.insert(name)
    }
  }

  /// What all events add up to, as events again, one a line.
  private func writeSnapshot() throws(LogError) {
    let buffer = ByteBuffer(capacity: 4096)
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      var json = JSONWriter(into: buffer)
      CatalogEvent.topicStands(name: name, partitions: entry.partitions, config: entry.config)
        .write(to: &json)
      buffer.append(UInt8(ascii: "\n"))
    }
    for name in deleted.sorted() {
      var json = JSONWriter(into: buffer)
      CatalogEvent.topicDeleted(name: name).write(to: &json)
      buffer.append(UInt8(ascii: "\n"))
    }
    try journal.writeSnapshot(buffer)
    eventsSinceSnapshot = 0
  }
}
