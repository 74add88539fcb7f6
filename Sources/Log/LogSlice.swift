import Platform

/// What a read chose: byte ranges, and where to read on. The bytes were not looked at.
public struct LogSlice: Sendable {
  /// The chosen batches as they lie on disk, neighbours merged, in order.
  public private(set) var regions = FileRegions()
  /// The length of all regions together.
  public var bytes: Int { regions.bytes }
  /// The offsets of the chosen batches, neighbours merged, if they were asked for.
  public var runs: [Range<Offset>] = []
  /// The offset behind the last record that was looked at, chosen or not.
  public var nextOffset: Offset
  /// Where `maxRecords` was reached inside the last batch, or else `nextOffset`: for readers who
  /// take single records.
  public var recordLimitOffset: Offset
  /// What could not be read and was passed over, in front of everything that was chosen.
  public var passedDamage: PassedDamage?
  /// What is left to be looked for when the search stopped at `passedMax`.
  public var rest: ReadRequest?
  /// The first offset that is not yet visible.
  public var highWatermark: Offset
  /// The first offset that is still there.
  public var logStartOffset: Offset
  /// The offset of each region's first record.
  private(set) var starts: [Offset] = []
  /// Is told of damage that a reader finds, and says what became of a file.
  var log: PartitionLog?

  /// Opens the file that the slice begins in, if it begins in one: that may wait for the disk.
  ///
  /// - Throws: `offsetTooOld` and `closed` if it was deleted since it was chosen.
  public func openFirst() throws(LogError) -> (any File)? {
    guard let region = regions.first else { return nil }
    return try opened(region.file)
  }

  /// One of the slice's files, which may have been deleted since it was chosen.
  func opened(_ file: StoredFile) throws(LogError) -> any File {
    do {
      return try file.open()
    } catch {
      let error = LogError(reading: error)
      throw log?.whatBecame(of: file, error) ?? error
    }
  }

  /// True when nothing was chosen.
  public var isEmpty: Bool { regions.isEmpty }

  /// Adds what a search for the rest has found.
  public mutating func append(_ more: LogSlice) {
    let isOwn = regions.append(contentsOf: more.regions)
    starts.append(contentsOf: isOwn ? more.starts[...] : more.starts.dropFirst())
    for run in more.runs { add(run: run) }
    rest = more.rest
    nextOffset = more.nextOffset
    recordLimitOffset = more.recordLimitOffset
    highWatermark = more.highWatermark
    logStartOffset = more.logStartOffset
  }

  mutating func add(run: Range<Offset>) {
    if let last = runs.indices.last, runs[last].upperBound == run.lowerBound {
      runs[last] = runs[last].lowerBound..<run.upperBound
    } else {
      runs.append(run)
    }
  }

  mutating func add(_ file: StoredFile, position: Int, count: Int, from start: Offset) {
    if regions.append(file, position: position, count: count) { starts.append(start) }
  }
}
