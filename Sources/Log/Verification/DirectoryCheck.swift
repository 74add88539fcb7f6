import Platform

/// Goes through a data directory without a server and says what is not as it was written. Holds the
/// directory's lock meanwhile, and changes nothing.
public struct DirectoryCheck {
  /// Something that is not as it was written.
  public struct Fault: Sendable, Equatable {
    /// The file, from the data directory on.
    public let file: String
    /// Where in the file, in bytes.
    public let position: Int
    /// What is wrong.
    public let reason: String
    /// True for what a crash leaves and the next start mends: nothing that was promised is missing.
    public let isMended: Bool

    /// A fault from its parts.
    public init(file: String, position: Int, reason: String, isMended: Bool = false) {
      (self.file, self.position, self.reason) = (file, position, reason)
      self.isMended = isMended
    }
  }

  /// What was looked at.
  public struct Count: Sendable, Equatable {
    /// Partitions and journals.
    public var logs = 0
    /// Segments.
    public var segments = 0
    /// Sound batches.
    public var batches = 0
    /// Records in them.
    public var records = 0
    /// Bytes of segment files.
    public var bytes = 0
    /// Faults, without those that the next start mends.
    public var faults = 0
  }

  /// Bytes of all segment files: what `progress` goes up to.
  public let totalBytes: Int

  private static let format = "1"
  private let path: String
  private let files = DiskFileSystem()
  private let lock: FileLock
  private let wasClean: Bool
  private let recoveryPoints: RecoveryPoints
  private let logs: [(name: String, segments: [Offset])]

  /// Takes the lock and looks round.
  ///
  /// - Throws: `inUse` while a server has the directory, `foreignFormat`, or `system` where there
  ///   is no data directory.
  public init(_ path: String) throws(DataDirectory.OpenFailure) {
    self.path = path
    do {
      guard let format = try files.readWhole(path + "/format") else {
        throw DataDirectory.OpenFailure.system(
          SystemError(code: 2, operation: "open", subject: path + "/format"))
      }
      let text = String(decoding: format.bytes, as: UTF8.self)
      let version = text.split(separator: "\n").first.map(String.init) ?? ""
      guard version == DirectoryCheck.format else {
        throw DataDirectory.OpenFailure.foreignFormat(version)
      }
      lock = try FileLock(path + "/LOCK")
      wasClean = files.exists(path + "/clean-shutdown")
      recoveryPoints = try RecoveryPoints(path + "/recovery-point", files)
      logs = try DirectoryCheck.find(path, files)
      var bytes = 0
      for (name, segments) in logs {
        for base in segments {
          let log = "\(path)/\(name)/\(base.fileStem).log"
          // What cannot be opened is reported when its turn comes.
          bytes += (try? DiskFile(log, .read).size()) ?? 0
        }
      }
      totalBytes = bytes
    } catch let error as SystemError {
      throw error.isLockHeld ? .inUse(path) : .system(error)
    } catch let error as DataDirectory.OpenFailure {
      throw error
    } catch {
      preconditionFailure("no other error is thrown here")
    }
  }

  /// Looks at everything.
  ///
  /// - Parameters:
  ///   - progress: is told now and then how many bytes have been looked at.
  ///   - fault: is told of each fault, in the order of the files.
  public func run(
    progress: (Int) -> Void, fault: (Fault) -> Void
  ) throws(SystemError) -> Count {
    var count = Count()
    var faults = 0
    func report(_ found: Fault) {
      if !found.isMended { faults += 1 }
      fault(found)
    }
    for (name, segments) in logs {
      count.logs += 1
      let end = try check(name, segments, &count, progress, report)
      try checkProducers(name, end, report)
      try checkSnapshot(name, from: segments.first, report)
    }
    let found = Set(logs.lazy.filter { !$0.segments.isEmpty }.map(\.name))
    for name in recoveryPoints.names where !found.contains(name) {
      let last = recoveryPoints.point(of: name).value - 1
      let reason = "no segment is there, and offsets up to \(last) were synced"
      report(Fault(file: name, position: 0, reason: reason))
    }
    count.faults = faults
    return count
  }

  private func check(
    _ name: String, _ bases: [Offset], _ count: inout Count, _ progress: (Int) -> Void,
    _ report: (Fault) -> Void
  ) throws(SystemError) -> Offset {
    let point = recoveryPoints.point(of: name)
    var expected = bases.first
    for (index, base) in bases.enumerated() {
      let isLast = index == bases.count - 1
      // Where offsets are missing in between, the check of the segment before has said so.
      if let expected, base < expected {
        report(
          Fault(
            file: "\(name)/\(base.fileStem).log", position: 0,
            reason: "the segment before it reaches up to offset \(expected)", isMended: false))
      }
      let before = count.bytes
      var segment = SegmentCheck(
        directory: path, name: name, baseOffset: base,
        syncedBefore: isLast ? point : bases[index + 1], isLast: isLast, wasClean: wasClean)
      count.segments += 1
      do {
        expected = try segment.run(files, report) { batches, records, bytes in
          count.batches += batches
          count.records += records
          count.bytes = before + bytes
          progress(count.bytes)
        }
      } catch {
        guard error.isRefusal else { throw error }
        expected = nil
        report(
          Fault(file: "\(name)/\(base.fileStem).log", position: 0, reason: error.description))
      }
    }
    return expected ?? point
  }

  /// What is remembered of producers can be gathered from the log again, but for what was deleted
  /// there.
  private func checkProducers(
    _ name: String, _ end: Offset, _ report: (Fault) -> Void
  ) throws(SystemError) {
    let file = "\(name)/\(ProducerTable.fileName)"
    guard let content = try files.readWhole("\(path)/\(file)"),
      ProducerTable(content.bytes, limits: ProducerLimits(), logEnd: end) == nil
    else { return }
    let reason = "it is damaged, or goes further than the log does"
    report(Fault(file: file, position: 0, reason: reason, isMended: false))
  }

  private func checkSnapshot(
    _ name: String, from start: Offset?, _ report: (Fault) -> Void
  ) throws(SystemError) {
    guard name.hasPrefix("state/"), let start else { return }
    let file = "\(name)/snapshot"
    guard let content = try files.readWhole("\(path)/\(file)") else {
      if start > .zero {
        let reason = "it is missing, and events before offset \(start) with it"
        report(Fault(file: file, position: 0, reason: reason))
      }
      return
    }
    if let reason = Journal.complaint(snapshot: content.bytes) {
      return report(Fault(file: file, position: 0, reason: reason, isMended: false))
    }
    let end = Offset(content.bytes.baseAddress!.bigEndian(0, as: Int64.self))
    if end < start {
      let reason = "the events of offsets \(end) to \(start.value - 1) are missing behind it"
      report(Fault(file: file, position: 0, reason: reason))
    }
  }

  /// The logs below `topics` and `state`, each with its segments' first offsets.
  private static func find(
    _ path: String, _ files: DiskFileSystem
  ) throws(SystemError) -> [(name: String, segments: [Offset])] {
    var logs: [(name: String, segments: [Offset])] = []
    for kind in ["state", "topics"] where files.exists("\(path)/\(kind)") {
      for name in try files.list("\(path)/\(kind)") {
        do {
          let bases = try LogLoader.segmentBases(in: "\(path)/\(kind)/\(name)", files)
          logs.append(("\(kind)/\(name)", bases))
        } catch {
          // What is no directory is no log.
          if !error.isNoDirectory { throw error }
        }
      }
    }
    return logs
  }
}
