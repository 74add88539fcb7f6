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
  /// Why nothing of the segment can be read, found while it was loaded; `nil` where it can.
  let failure: LogError?
  /// From where on records are missing between this segment and the next one, found while it was
  /// loaded.
  let missingFrom: Offset?
  private let found = FoundDamage()
  private let writtenBytes: Atomic<Int>
  private let created: Atomic<Int64>
  private let latest: Atomic<Int64>

  init(
    baseOffset: Offset, directory: String, _ openFiles: OpenFiles, indexes: SegmentIndexes,
    bytes: Int, createdMilliseconds: Int64, maxTimestamp: Int64, missingFrom: Offset? = nil,
    failure: LogError? = nil
  ) {
    self.failure = failure
    self.missingFrom = missingFrom
    self.baseOffset = baseOffset
    self.directory = directory
    log = StoredFile("\(directory)/\(baseOffset.fileStem).log", in: openFiles)
    self.indexes = indexes
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

  /// True for a segment whose bytes are known not to be all what was written.
  var hasDamage: Bool { batches.hasDamage || found.isSome }

  /// The first of these batches that is known to be damaged.
  func damage(in view: EntryFile.View, _ range: Range<Int>) -> SegmentDamage? {
    guard hasDamage, !range.isEmpty else { return nil }
    let met = found.first(in: range)
    var batch = met?.batch
    var reason = met?.reason
    if batches.hasDamage {
      for index in range.lowerBound..<(batch ?? range.upperBound) {
        let entry = BatchEntry(view[index])
        guard entry.tag == BatchEntry.damaged else { continue }
        batch = index
        reason =
          entry.size == 0
          ? "records that were stored from here on are missing"
          : "these bytes are not what was written"
        break
      }
    }
    guard let batch, let reason else { return nil }
    let position = Int(BatchEntry(view[batch]).position)
    return SegmentDamage(
      batch: batch, error: .corrupted(file: log.path, position: position, reason: reason))
  }

  /// Notes that the batch at a position is not what was written: no read chooses it from now on.
  ///
  /// - Returns: its length; `nil` if that was known.
  func noteDamage(at position: Int, _ reason: String) throws(LogError) -> Int? {
    let view = try viewBatches()
    defer { view.end() }
    let batch = view.prefixCount { Int(BatchEntry($0).position) <= position } - 1
    guard batch >= 0 else { return nil }
    let entry = BatchEntry(view[batch])
    guard entry.tag != BatchEntry.damaged, found.note(batch, reason) else { return nil }
    return Int(entry.size)
  }

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
