import Platform
import Synchronization

/// A stretch of a partition's log: one file of batches and its three indexes, named by the first
/// offset.
///
/// The log's writer appends to the last one; anybody reads. Its files are open while they are used,
/// and longer only as far as there is room: a log may have any number of segments.
final class LogSegment: Sendable {
  let baseOffset: Offset
  let directory: String
  let log: StoredFile
  let indexes: SegmentIndexes
  /// True for a segment whose bytes are not all what was written; found while it was loaded.
  let hasDamage: Bool
  private let writtenBytes: Atomic<Int>
  private let created: Atomic<Int64>
  private let latest: Atomic<Int64>

  init(
    baseOffset: Offset, directory: String, _ openFiles: OpenFiles, indexes: SegmentIndexes,
    bytes: Int, createdMilliseconds: Int64, maxTimestamp: Int64
  ) {
    self.baseOffset = baseOffset
    self.directory = directory
    log = StoredFile("\(directory)/\(baseOffset.fileStem).log", in: openFiles)
    self.indexes = indexes
    hasDamage = indexes.batches.hasDamage
    writtenBytes = Atomic(bytes)
    created = Atomic(createdMilliseconds)
    latest = Atomic(maxTimestamp)
  }

  /// Makes the files of a new, empty segment; none of them stays if that fails.
  static func create(
    at baseOffset: Offset, in directory: String, _ openFiles: OpenFiles, now: Int64
  ) throws(SystemError) -> LogSegment {
    let stem = "\(directory)/\(baseOffset.fileStem)"
    do {
      try openFiles.open(stem + ".log", .createOrOpen).truncate(to: 0)
      let segment = LogSegment(
        baseOffset: baseOffset, directory: directory, openFiles,
        indexes: try SegmentIndexes.create(stem, openFiles), bytes: 0, createdMilliseconds: now,
        maxTimestamp: -1)
      try openFiles.system.synchronizeDirectory(directory)
      return segment
    } catch {
      for path in paths(of: baseOffset, in: directory) { try? openFiles.system.removeFile(path) }
      throw error
    }
  }

  /// The entries of all batches.
  var batches: BatchIndex { indexes.batches }

  /// The entries of all batches as they stand now. Waits for the disk if they have to be mapped.
  func viewBatches() throws(LogError) -> EntryFile.View {
    do {
      return try batches.view()
    } catch {
      throw LogError(reading: error)
    }
  }

  /// How many of the batches in a view begin before `offset`.
  @inline(__always)
  func countBatches(in view: EntryFile.View, before offset: Offset) -> Int {
    view.prefixCount { baseOffset + Int(BatchEntry($0).relativeOffset) < offset }
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

  /// The names of the segment's files.
  var paths: [String] { LogSegment.paths(of: baseOffset, in: directory) }

  /// The names of a segment's files; without the first there is no segment.
  static func paths(of baseOffset: Offset, in directory: String) -> [String] {
    [".log", ".index", ".timeindex", ".tags"].map { "\(directory)/\(baseOffset.fileStem)\($0)" }
  }
}
