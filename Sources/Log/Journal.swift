import Platform

/// State that is not a topic: events in a log of their own, and now and then a snapshot of what
/// they add up to.
///
/// Any thread may append without waiting; whoever does sees to the order itself. The calls that
/// wait for the disk, replay and snapshots belong to one thread.
public final class Journal: Sendable {
  private static let snapshotHeaderBytes = 12

  private let log: PartitionLog
  private let snapshotPath: String
  private let files: any FileSystem

  init(_ log: PartitionLog, snapshotPath: String, files: any FileSystem) throws(LogError) {
    self.log = log
    self.snapshotPath = snapshotPath
    self.files = files
  }

  /// Hands over the last snapshot, if there is one, then every event after it, in order.
  public func replay(
    snapshot: (UnsafeRawBufferPointer) -> Void, event: (UnsafeRawBufferPointer) -> Void
  ) throws(LogError) {
    var from = log.frontiers.logStart
    let kept = try readSnapshot()
    try checkSnapshot(kept?.0)
    if let (offset, content) = kept {
      snapshot(content.bytes)
      from = max(from, offset)
    }
    // One read ends where damage begins; the next one says so.
    var next = from
    repeat {
      let slice = try log.read(ReadRequest(offset: next, maxBytes: .max))
      try replay(slice, from: from, event)
      next = slice.nextOffset
    } while next < log.frontiers.committed
  }

  /// The events follow on the snapshot, or on nothing.
  private func checkSnapshot(_ offset: Offset?) throws(LogError) {
    let start = log.frontiers.logStart
    let end = log.frontiers.committed
    let reason: String
    if let offset, offset > end {
      let path = try log.openSegments().last!.log.path
      throw .corrupted(
        file: path, position: 0,
        reason: "the events end before offset \(end), and the snapshot is of \(offset)")
    } else if let offset, offset < start {
      reason = "the events from offset \(offset) to \(start.value - 1) are missing behind it"
    } else if offset == nil, start > .zero {
      reason = "it is missing, and the events before offset \(start) with it"
    } else {
      return
    }
    throw .corrupted(file: snapshotPath, position: 0, reason: reason)
  }

  private func replay(
    _ slice: LogSlice, from: Offset, _ event: (UnsafeRawBufferPointer) -> Void
  ) throws(LogError) {
    let reader = SliceReader(slice)
    while let (header, bytes) = try reader.nextWaiting() {
      do {
        var records = try RecordReader(bytes, header: header)
        while let record = try records.next() {
          if record.offset >= from, let value = record.value { event(value) }
        }
      } catch {
        throw reader.malformed()
      }
    }
  }

  /// Appends an event and waits until it is on the disk.
  public func append(_ event: ByteBuffer, timestamp: Int64) throws(LogError) {
    let builder = BatchBuilder()
    builder.append(key: nil, value: event.bytes, headers: RecordHeaders(), timestamp: timestamp)
    try append(builder)
  }

  private func append(_ builder: BatchBuilder) throws(LogError) {
    let answer = Mailbox<Result<AppendRequest.Stored, LogError>>()
    log.append(
      builder.finish(), acknowledgement: .committed, sink: InlineSink()
    ) { answer.post($0) }
    log.writer.wake()
    var outcomes: [Result<AppendRequest.Stored, LogError>] = []
    _ = answer.take(into: &outcomes, until: nil)
    _ = try outcomes[0].get()
  }

  /// Appends an event; `completion` runs on `sink`, once. Nothing needs to happen before the
  /// engine's `wakeWriter`.
  public func append(
    _ event: ByteBuffer, timestamp: Int64, acknowledgement: AppendRequest.Acknowledgement,
    sink: any JobSink,
    completion: @escaping @Sendable (Result<AppendRequest.Stored, LogError>) -> Void
  ) {
    let builder = BatchBuilder()
    builder.append(key: nil, value: event.bytes, headers: RecordHeaders(), timestamp: timestamp)
    log.append(
      builder.finish(), acknowledgement: acknowledgement, sink: sink, completion: completion)
  }

  /// From now on nothing is appended behind an event that could not be written, until `mend`: what
  /// was handed over already, and whatever comes, is refused.
  public func stopAtFailure() { log.continuity.keep() }

  /// True since an event could not be written.
  public var isStopped: Bool { log.continuity.isStopped }

  /// Goes on behind what is missing, which a snapshot must hold by now.
  public func mend() { log.continuity.mend() }

  /// Waits until all events that were written are on the disk.
  public func commit() throws(LogError) { try append(BatchBuilder()) }

  /// Where the events end that are on the disk.
  public var committed: Offset { log.frontiers.committed }

  /// Keeps `content` as what all events before `through` add up to, and drops those events. It may
  /// hold later events' effects, too, if they do no harm when they come twice.
  ///
  /// - Parameter through: `nil` stands for all events that are on the disk.
  public func writeSnapshot(_ content: ByteBuffer, through: Offset? = nil) throws(LogError) {
    let offset = through ?? log.frontiers.committed
    let file = ByteBuffer(capacity: content.count + Journal.snapshotHeaderBytes)
    _ = file.appendUninitialized(atMost: Journal.snapshotHeaderBytes) { memory in
      memory.baseAddress!.storeBigEndian(offset.value, at: 0)
      memory.baseAddress!.storeBigEndian(Crc32c.checksum(content.bytes), at: 8)
      return Journal.snapshotHeaderBytes
    }
    file.append(content.bytes)
    do {
      try files.replaceWhole(snapshotPath, with: file)
    } catch {
      throw error.isOutOfSpace ? .outOfSpace : LogError(keeping: error)
    }
    _ = try log.truncate(before: offset)
  }

  private func readSnapshot() throws(LogError) -> (Offset, ByteBuffer)? {
    let file: ByteBuffer?
    do {
      file = try files.readWhole(snapshotPath)
    } catch {
      throw LogError(reading: error)
    }
    guard let file else { return nil }
    if let reason = Journal.complaint(snapshot: file.bytes) {
      throw .corrupted(file: snapshotPath, position: 0, reason: reason)
    }
    let offset = Offset(file.bytes.baseAddress!.bigEndian(0, as: Int64.self))
    file.consume(Journal.snapshotHeaderBytes)
    return (offset, file)
  }

  /// What a snapshot file holds; `nil` for one that is damaged.
  public static func content(
    ofSnapshot file: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer? {
    guard complaint(snapshot: file) == nil else { return nil }
    return UnsafeRawBufferPointer(rebasing: file[snapshotHeaderBytes...])
  }

  /// What is wrong with a snapshot file; `nil` for a sound one.
  static func complaint(snapshot file: UnsafeRawBufferPointer) -> String? {
    guard file.count >= snapshotHeaderBytes, let base = file.baseAddress else {
      return "it is cut short"
    }
    let content = UnsafeRawBufferPointer(rebasing: file[snapshotHeaderBytes...])
    let holds = Crc32c.checksum(content) == base.bigEndian(8, as: UInt32.self)
    return holds ? nil : "its checksum does not hold"
  }

  /// Runs jobs where they are posted: on the writer's thread, which only hands a result over here.
  private final class InlineSink: JobSink {
    func post(_ jobs: [Job]) { for job in jobs { job() } }
  }
}
