import Log
import Platform

/// A search for the newest records of a key, without an index: backwards from the ends of the
/// partitions, window by window, until enough were found or enough was looked at.
///
/// Records may have been produced to a partition of one's own choice, so all partitions are
/// searched. But most keys lie where their hash says: every other window is one of that partition.
/// A value that goes from thread to thread; a window is looked at where one may wait for the disk.
public struct KeySearch: Sendable {
  private static let windowRecordsMax = 4096
  private static let windowRecordsMin = 64

  private let request: KeySearchRequest
  private var parts: [KeySearchPart]
  /// Where the key's own partition stands in `parts`.
  private let own: Int?
  private var turn = 0
  private var ownIsDue = true
  /// How many records were looked at, or passed over for their tag.
  public private(set) var scanned = 0
  private var scannedBytes = 0
  private var foundBytes = 0
  /// The times of the newest matches, the newest first; no more than are wanted.
  private var newest: [Int64] = []

  /// A search that has not begun.
  ///
  /// - Throws: `partitionNotFound`.
  public init(_ topic: Topic, _ request: KeySearchRequest) throws(BrokerError) {
    self.request = request
    var numbers = Array(topic.partitions.indices)
    if let partition = request.partition {
      _ = try topic.partition(partition)
      numbers = [partition]
    }
    parts = numbers.enumerated().map { index, number in
      let before = request.before.indices.contains(index) ? request.before[index] : nil
      return KeySearchPart(number, topic.partitions[number], before: before)
    }
    let home = request.key.withUnsafeBytes {
      KeyPartitioner.partition(of: $0, partitions: topic.partitions.count)
    }
    own = numbers.firstIndex(of: home)
  }

  /// Looks through the next window: about a mebibyte. Waits for the disk.
  ///
  /// - Parameter make: what becomes of a record; its bytes are valid during the call.
  /// - Returns: false when the search was over already.
  public mutating func step(_ make: (Record) -> ByteBuffer) throws(LogError) -> Bool {
    guard scanned < request.scannedMax, scannedBytes < request.scannedBytesMax,
      foundBytes < request.foundBytesMax, let index = nextPart()
    else { return false }
    let fair = request.scannedMax / (4 * parts.count)
    let window = min(
      KeySearch.windowRecordsMax, max(KeySearch.windowRecordsMin, fair),
      request.scannedMax - scanned)
    let known = parts[index].matches.count
    do {
      let looked = try parts[index].lookBack(request, windowRecords: window, make)
      scanned += looked.scanned
      scannedBytes += looked.bytes
    } catch let error as LogError {
      throw error
    } catch {
      let log = parts[index].log
      throw .corrupted(
        file: "partition \(parts[index].number), before offset \(parts[index].before)",
        position: log.bytes, reason: "a batch's records are malformed")
    }
    for match in parts[index].matches[known...] {
      foundBytes += match.body.count
      remember(match.timestamp)
    }
    return true
  }

  /// What was found up to now.
  public var result: KeySearchResult {
    var records: [KeyMatch] = []
    var taken = Array(repeating: 0, count: parts.count)
    while records.count < request.maxRecords, let index = newestPart(behind: taken) {
      records.append(parts[index].matches[taken[index]])
      taken[index] += 1
    }
    return KeySearchResult(records: records, scanned: scanned, next: next(behind: taken))
  }

  // MARK: - Which partition is next

  private mutating func nextPart() -> Int? {
    ownIsDue.toggle()
    if !ownIsDue, let own, isWorthLooking(own) { return own }
    for _ in parts.indices {
      turn = (turn + 1) % parts.count
      if turn != own, isWorthLooking(turn) { return turn }
    }
    guard let own, isWorthLooking(own) else { return nil }
    return own
  }

  /// False when a partition has given all that it can, or when what is left of it is older than
  /// all that is wanted.
  private func isWorthLooking(_ index: Int) -> Bool {
    let part = parts[index]
    guard !part.isAtStart, part.matches.count < request.maxRecords else { return false }
    guard newest.count == request.maxRecords, let oldest = newest.last else { return true }
    return part.lastTimestamp >= oldest
  }

  private mutating func remember(_ timestamp: Int64) {
    // Mostly it is older than those before.
    let place = newest.lastIndex { $0 >= timestamp }.map { $0 + 1 } ?? 0
    guard place < request.maxRecords else { return }
    newest.insert(timestamp, at: place)
    if newest.count > request.maxRecords { newest.removeLast() }
  }

  // MARK: - What was found

  /// The partition whose next match is the newest.
  private func newestPart(behind taken: [Int]) -> Int? {
    var best: Int?
    var bestTimestamp = Int64.min
    for (index, part) in parts.enumerated() where taken[index] < part.matches.count {
      let timestamp = part.matches[taken[index]].timestamp
      if best == nil || timestamp > bestTimestamp { (best, bestTimestamp) = (index, timestamp) }
    }
    return best
  }

  private func next(behind taken: [Int]) -> [Offset]? {
    var isComplete = true
    let places = parts.enumerated().map { index, part in
      let isWhole = taken[index] == part.matches.count
      if !isWhole || !part.isAtStart { isComplete = false }
      return isWhole ? part.before : part.matches[taken[index]].offset + 1
    }
    return isComplete ? nil : places
  }
}
