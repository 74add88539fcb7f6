import Platform

/// A server's data on disk: locked for one server at a time, with the logs under it and the thread
/// that writes them.
public final class DataDirectory: Sendable {
  /// Why a data directory could not be opened.
  public enum OpenFailure: Error, Sendable, CustomStringConvertible {
    /// Another process has it.
    case inUse(String)
    /// It was written by another version.
    case foreignFormat(String)
    /// The file system refused.
    case system(SystemError)

    /// One line for the operator.
    public var description: String {
      switch self {
      case .inUse(let path): "\(path) is in use by another server"
      case .foreignFormat(let text): "the data directory has format \(text), this server writes 1"
      case .system(let error): error.description
      }
    }
  }

  /// Where directories go that are being removed, under short names of their own.
  var removedPath: String { path + "/removed" }
  private let removals = Lock(0)

  /// Its path.
  public var path: String { claim.path }
  /// The file system it lies on.
  public var files: any FileSystem { openFiles.system }
  /// Its logs' files, as far as they are open.
  public let openFiles: OpenFiles
  /// The thread that appends to all logs of the directory.
  public let writer: LogWriter
  /// What its logs count.
  public let metrics: LogMetrics
  private let claim: DataDirectoryClaim
  private let closing = Lock(false)
  /// True once something of a log could not be opened, or all of one that a crash had left.
  private let isPartial = Lock(false)
  private let wasClean: Bool
  private let clock: any Clock
  let recoveryPoints: RecoveryPoints
  private let producerLimits: ProducerLimits
  private let report: @Sendable (String) -> Void

  /// Takes and opens a data directory, or makes it: as the other initializer says.
  public convenience init(
    _ path: String, openFiles: OpenFiles = OpenFiles(DiskFileSystem()), clock: any Clock,
    metrics: LogMetrics, producers: ProducerLimits = ProducerLimits(),
    report: @escaping @Sendable (String) -> Void
  ) throws(OpenFailure) {
    try self.init(
      DataDirectoryClaim(path, in: openFiles.system), openFiles: openFiles, clock: clock,
      metrics: metrics, producers: producers, report: report)
  }

  /// Opens a data directory.
  ///
  /// - Parameters:
  ///   - openFiles: the file system, and how many of its files may be open.
  ///   - producers: how much each log remembers of its producers.
  ///   - report: is told, for people, what recovery did.
  public init(
    _ claim: DataDirectoryClaim, openFiles: OpenFiles, clock: any Clock,
    metrics: LogMetrics, producers: ProducerLimits,
    report: @escaping @Sendable (String) -> Void
  ) throws(OpenFailure) {
    self.claim = claim
    self.openFiles = openFiles
    self.clock = clock
    self.metrics = metrics
    producerLimits = producers
    self.report = report
    let files = openFiles.system
    let path = claim.path
    do {
      wasClean = files.exists(path + "/clean-shutdown")
      try files.removeFile(path + "/clean-shutdown")
      try files.synchronizeDirectory(path)
      try files.removeTree(path + "/removed")
      recoveryPoints = try RecoveryPoints(path + "/recovery-point", files)
      writer = try LogWriter(
        recoveryPoints: recoveryPoints, clock: clock, metrics: metrics,
        heldFilesMax: max(1, openFiles.files.limit / 4))
    } catch {
      throw .system(error)
    }
  }

  /// Opens a log below the directory, or makes it. Reads from the disk.
  ///
  /// - Parameter name: the log's path below the data directory: `topics/orders-0`.
  public func openLog(_ name: String, settings: LogSettings) throws(LogError) -> PartitionLog {
    let loader = LogLoader(
      name: name, directory: "\(path)/\(name)", openFiles: openFiles, writer: writer,
      settings: settings, recoveryPoint: recoveryPoints.point(of: name), wasClean: wasClean,
      clock: clock,
      metrics: metrics, producerLimits: producerLimits, report: report)
    let log: PartitionLog
    do throws(LogError) {
      log = try loader.load()
    } catch {
      // What the crash before left in it is not mended yet.
      if !wasClean { isPartial.withLock { $0 = true } }
      throw error
    }
    recoveryPoints.set(log.checkpoint, of: name)
    if !log.isWhole { isPartial.withLock { $0 = true } }
    return log
  }

  /// Makes sure that a log of this name that is made from now on is recovered by itself.
  func forgetRecoveryPoint(of name: String) throws(LogError) {
    try writer.forgetRecoveryPoint(of: name)
  }

  /// A place that nothing else is moved to while this server runs.
  func nextRemovedPath() -> String {
    let number = removals.withLock { number in
      number += 1
      return number
    }
    return "\(removedPath)/\(number)"
  }

  /// Syncs everything and writes down that nothing needs to be looked at, then lets go of the
  /// directory.
  public func close() {
    let isOpen = closing.withLock { closed in
      defer { closed = true }
      return !closed
    }
    guard isOpen else { return }
    defer { claim.release() }
    do throws(LogError) {
      try writer.stop()
    } catch {
      // Whoever looks at the directory knows that it is offline; the rest is news.
      if writer.whyOffline == nil { report("no clean-shutdown marker: \(error)") }
      return
    }
    guard writer.whyOffline == nil else { return }
    // What could not be opened has to be looked at.
    guard !isPartial.withLock({ $0 }) else { return }
    let note = ByteBuffer()
    note.append("stopped cleanly\n")
    do {
      try files.replaceWhole(path + "/clean-shutdown", with: note)
    } catch {
      report("no clean-shutdown marker: \(error)")
    }
  }
}
