import Platform

extension DataDirectory: LogEngine {
  /// Opens `topics/<topic>-<partition>`.
  public func openLog(
    topic: String, partition: Int, settings: LogSettings
  ) throws(LogError) -> any RecordLog {
    try openLog("topics/\(topic)-\(partition)", settings: settings)
  }

  /// Gives the directory another name first, so that a crash in between leaves no half of it.
  public func removeLog(topic: String, partition: Int, _ log: any RecordLog) throws(LogError) {
    guard let log = log as? PartitionLog else { return }
    writer.release(log)
    log.keepOpenForReaders()
    try removeStored(topic: topic, partition: partition)
  }

  /// Removes the directory of a partition.
  public func removeStored(topic: String, partition: Int) throws(LogError) {
    let name = "topics/\(topic)-\(partition)"
    try forgetRecoveryPoint(of: name)
    let place = "\(path)/\(name)"
    do {
      guard files.exists(place) else { return }
      try files.createDirectory(removedPath)
      let grave = nextRemovedPath()
      try files.rename(place, to: grave)
      try files.synchronizeDirectory(path + "/topics")
      try files.removeTree(grave)
    } catch {
      throw .unwritable(reason: error.description)
    }
  }

  /// Reads the names of the directories below `topics`, and finishes removals that a crash cut
  /// short.
  public func storedPartitions() throws(LogError) -> [(topic: String, partition: Int)] {
    do {
      let directory = path + "/topics"
      try files.createDirectory(directory)
      var found: [(topic: String, partition: Int)] = []
      for name in try files.list(directory) {
        guard let dash = name.lastIndex(of: "-"), let number = Int(name[name.index(after: dash)...])
        else { continue }
        found.append((String(name[..<dash]), number))
      }
      return found
    } catch {
      throw .unreadable(reason: error.description)
    }
  }

  /// Opens `state/<name>`. A journal of which something is missing is refused: what it says would
  /// not be so.
  public func openJournal(_ name: String) throws(LogError) -> Journal {
    try refuseLostJournal("state/\(name)")
    let settings = LogSettings(retentionMilliseconds: nil)
    let log = try openLog("state/\(name)", settings: settings)
    for segment in try log.openSegments() { if let failure = segment.failure { throw failure } }
    return try Journal(log, snapshotPath: "\(path)/state/\(name)/snapshot", files: files)
  }

  private func refuseLostJournal(_ name: String) throws(LogError) {
    let point = recoveryPoints.point(of: name)
    guard point > .zero else { return }
    let directory = "\(path)/\(name)"
    do {
      let isThere = files.exists(directory)
      if isThere, try !LogLoader.segmentBases(in: directory, files).isEmpty { return }
    } catch {
      throw LogError(reading: error)
    }
    throw .corrupted(
      file: directory, position: 0,
      reason: "its segment files are missing, and events before offset \(point) with them")
  }

  /// Opens `state/<name>/files`.
  public func openAppendFiles(_ name: String) throws(LogError) -> AppendFiles {
    try AppendFiles("\(path)/state/\(name)/files", in: openFiles)
  }

  /// Wakes the writer's thread if it sleeps.
  public func wakeWriter() { writer.wake() }

  /// Bytes that wait for the writer.
  public var queuedBytes: Int { writer.queuedBytes }

  /// Those of its logs.
  public var producerMetrics: ProducerMetrics { metrics.producers }

  /// Why the writer takes no more.
  public var whyOffline: String? { writer.whyOffline }

  /// The room of the file system that the directory lies on.
  public var space: DiskSpace? { try? files.space(at: path) }
}
