import Platform
import Synchronization

/// A stretch of a partition's log: one file of batches and its three indexes, named by the first
/// offset.
///
/// The log's writer appends to the last one; anybody reads.
final class LogSegment: Sendable {
  let baseOffset: Offset
  let directory: String
  let log: MappableFile
  let batches: BatchIndex
  let offsets: OffsetIndex
  let times: TimeIndex
  /// Entries of the batch index that stand for damaged bytes; found while the index was rebuilt.
  let damage: [BatchEntry]
  private let writtenBytes: Atomic<Int>
  private let created: Atomic<Int64>
  private let latest: Atomic<Int64>

  init(
    baseOffset: Offset, directory: String, log: any File, batches: BatchIndex,
    offsets: OffsetIndex, times: TimeIndex, bytes: Int, createdMilliseconds: Int64,
    maxTimestamp: Int64, damage: [BatchEntry] = []
  ) {
    self.baseOffset = baseOffset
    self.directory = directory
    self.log = MappableFile(log)
    self.batches = batches
    self.offsets = offsets
    self.times = times
    self.damage = damage
    writtenBytes = Atomic(bytes)
    created = Atomic(createdMilliseconds)
    latest = Atomic(maxTimestamp)
  }

  /// Makes the files of a new, empty segment.
  static func create(
    at baseOffset: Offset, in directory: String, _ files: any FileSystem, now: Int64
  ) throws(SystemError) -> LogSegment {
    let stem = "\(directory)/\(baseOffset.fileStem)"
    let log = try files.open(stem + ".log", .createOrOpen)
    try log.truncate(to: 0)
    let segment = LogSegment(
      baseOffset: baseOffset, directory: directory, log: log,
      batches: try BatchIndex(creating: files.open(stem + ".tags", .createOrOpen)),
      offsets: try OffsetIndex(files.open(stem + ".index", .createOrOpen), count: 0),
      times: try TimeIndex(files.open(stem + ".timeindex", .createOrOpen), count: 0),
      bytes: 0, createdMilliseconds: now, maxTimestamp: -1)
    try segment.offsets.entries.file.truncate(to: 0)
    try segment.times.entries.file.truncate(to: 0)
    try files.synchronizeDirectory(directory)
    return segment
  }

  /// How many bytes of batches the file holds.
  var bytes: Int { writtenBytes.load(ordering: .acquiring) }
  /// When it was made, or what stands for that after a restart; milliseconds since 1970.
  var createdMilliseconds: Int64 { created.load(ordering: .relaxed) }
  /// The latest record time, milliseconds since 1970; -1 while there is none.
  var maxTimestamp: Int64 { latest.load(ordering: .relaxed) }

  /// By what retention judges its age: the latest record time, or when it was made if no record
  /// says when it is from.
  var ageMilliseconds: Int64 { maxTimestamp < 0 ? createdMilliseconds : maxTimestamp }

  func advance(bytes: Int, maxTimestamp: Int64) {
    if maxTimestamp > self.maxTimestamp { latest.store(maxTimestamp, ordering: .relaxed) }
    writtenBytes.store(bytes, ordering: .releasing)
  }

  /// Writes what the indexes hold in memory.
  func flushIndexes() throws(SystemError) {
    try batches.flush()
    try offsets.entries.flush()
    try times.entries.flush()
  }

  /// Finishes the indexes: no batch will be added.
  func sealIndexes() throws(SystemError) {
    try batches.seal()
    try offsets.entries.seal()
    try times.entries.seal()
  }

  /// The names of the segment's files.
  var paths: [String] {
    [".log", ".index", ".timeindex", ".tags"].map { "\(directory)/\(baseOffset.fileStem)\($0)" }
  }
}
