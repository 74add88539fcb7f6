import Metrics
import Platform
import Support

@testable import Log

/// One log in a data directory of its own, with a clock that stands still and a disk that may fail.
final class TestLog {
  static let name = "topics/orders-0"

  let directory: TemporaryDirectory
  let clock: ManualClock
  let files: FaultyFileSystem
  let metrics = LogMetrics(MetricsRegistry())
  let data: DataDirectory
  let log: PartitionLog
  let openFiles: OpenFiles
  private let producers: ProducerLimits
  private let told: Lock<[String]>

  init(
    _ settings: LogSettings = LogSettings(), in directory: TemporaryDirectory? = nil,
    clock: ManualClock = ManualClock(), files: FaultyFileSystem = FaultyFileSystem(),
    producers: ProducerLimits = ProducerLimits(), filesMax: Int = 100, mapsMax: Int = 100
  ) throws {
    let directory = directory ?? TemporaryDirectory()
    let told = Lock<[String]>([])
    self.directory = directory
    self.clock = clock
    self.files = files
    openFiles = OpenFiles(files, filesMax: filesMax, mapsMax: mapsMax)
    self.told = told
    self.producers = producers
    data = try DataDirectory(
      directory.path, openFiles: openFiles, clock: clock, metrics: metrics,
      producers: producers
    ) { line in
      told.withLock { $0.append(line) }
    }
    log = try data.openLog(TestLog.name, settings: settings)
  }

  /// What recovery said.
  var reports: [String] { told.withLock { $0 } }

  /// The path of one of the log's files.
  func path(_ suffix: String, segment: Int64 = 0) -> String {
    TestLog.path(suffix, segment: segment, in: directory)
  }

  static func path(_ suffix: String, segment: Int64 = 0, in directory: TemporaryDirectory) -> String
  {
    directory.path("\(name)/\(Offset(segment).fileStem).\(suffix)")
  }

  /// Stops cleanly and opens again.
  func reopened() throws -> TestLog {
    data.close()
    return try TestLog(log.settings, in: directory, clock: clock, producers: producers)
  }

  /// Opens a copy of the files as they are: what the next server finds when this one is killed.
  func crashed() throws -> TestLog {
    try TestLog(log.settings, in: directory.copy(), clock: clock, producers: producers)
  }

  /// Appends and waits; gives the outcome.
  @discardableResult
  func append(
    _ records: [TestRecord], _ acknowledgement: AppendRequest.Acknowledgement = .committed
  ) -> Result<AppendRequest.Stored, LogError> {
    data.writer.appendAndWait(.of(records), to: log, acknowledgement: acknowledgement)
  }

  /// Appends a producer's request, with a record a tag, and waits; gives the outcome. Without tags
  /// asks for the first answer.
  @discardableResult
  func produce(
    _ id: Int64, _ sequence: Int32, _ tags: [String?] = [nil], epoch: Int16 = 0,
    acks acknowledgement: AppendRequest.Acknowledgement = .committed
  ) -> Result<AppendRequest.Stored, LogError> {
    let builder = BatchBuilder(stamp: ProducerStamp(id: id, epoch: epoch, sequence: sequence))
    for (index, tag) in tags.enumerated() {
      builder.append(.small("\(id) \(epoch) \(sequence) \(index)", tag: tag))
    }
    return data.writer.appendAndWait(
      builder.finish(), to: log, acknowledgement: acknowledgement)
  }

  /// The file of what is remembered of the producers.
  var producersPath: String { directory.path("\(TestLog.name)/\(ProducerTable.fileName)") }

  /// Everybody that is remembered.
  var producerEntries: [Int64: ProducerEntry] {
    var entries: [Int64: ProducerEntry] = [:]
    log.withProducers { table in table.forEach { entries[$0] = $1 } }
    return entries
  }

  /// Reads and decodes.
  func read(_ request: ReadRequest) throws -> [TestBatch] { try decode(log.read(request)) }

  /// Everything visible.
  func readAll() throws -> [TestBatch] {
    var batches: [TestBatch] = []
    var offset = log.frontiers.logStart
    while offset < log.frontiers.committed {
      let slice = try log.read(ReadRequest(offset: offset, maxBytes: .max))
      batches += try decode(slice)
      offset = slice.nextOffset
    }
    return batches
  }

  /// The batches of a slice, their checksums checked.
  func decode(_ slice: LogSlice) throws -> [TestBatch] {
    let reader = SliceReader(slice)
    var batches: [TestBatch] = []
    while let (_, bytes) = try reader.nextWaiting() { batches.append(try TestBatch(bytes)) }
    return batches
  }

  /// The offsets that can be read one after the other from `offset` on, and what ended that.
  func offsets(from offset: Int64) throws -> ([Int64], LogError?) {
    var found: [Int64] = []
    var next = Offset(offset)
    do {
      while next < log.frontiers.committed {
        let slice = try log.read(ReadRequest(offset: next, maxBytes: .max))
        found += try decode(slice).flatMap(\.offsets)
        next = slice.nextOffset
      }
      return (found, nil)
    } catch let error as LogError {
      return (found, error)
    }
  }

  /// Counts what is scanned or read of the log files from now on.
  func resetCounts() { files.faults.resetCounts() }
}

extension TestRecord {
  /// A small record.
  static func small(_ value: String, tag: String? = nil, at timestamp: Int64 = 1000) -> TestRecord {
    TestRecord(
      timestamp: timestamp, key: nil, value: Array(value.utf8),
      headers: tag.map { [TestHeader(name: "tag", value: Array($0.utf8))] } ?? [])
  }
}
