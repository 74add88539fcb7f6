import Log

/// The keys of those messages of a partition whose order matters now, as hashes: the messages that
/// a group has begun and not finished, and some of the next ones.
///
/// What it knows of an offset stays true, for a log does not change: after a crash it is learned
/// anew. Messages without a key count as having the same one.
struct KeyWindow {
  /// The hash that stands for no key.
  static let none: UInt64 = 0

  /// Ascending.
  private(set) var offsets: [Int64] = []
  /// Those of the messages at `offsets`.
  private(set) var hashes: [UInt64] = []
  /// Why nothing could be learned of a message and those behind it, the last time that was tried.
  private var failure: (offset: Int64, error: LogError)?

  /// A key's hash, another one in each process: nobody can choose keys that look alike.
  static func hash(_ key: UnsafeRawBufferPointer?) -> UInt64 {
    guard let key else { return none }
    var hasher = Hasher()
    hasher.combine(bytes: key)
    return max(1, UInt64(bitPattern: Int64(hasher.finalize())))
  }

  /// Where `offset` stands, or would.
  func index(of offset: Int64) -> Int { offsets.partitioningIndex { $0 >= offset } }

  /// How many of the messages from `offset` on are known, without a gap.
  func known(from offset: Int64) -> Int {
    let start = index(of: offset)
    var index = start
    while index < offsets.count, offsets[index] == offset + Int64(index - start) { index += 1 }
    return index - start
  }

  /// Adds the hashes of neighbouring messages from `first` on.
  mutating func add(_ learned: [UInt64], from first: Int64) {
    let low = index(of: first)
    let high = index(of: first + Int64(learned.count))
    offsets.replaceSubrange(low..<high, with: learned.indices.map { first + Int64($0) })
    hashes.replaceSubrange(low..<high, with: learned)
    failure = nil
  }

  /// Forgets all messages that are not open in `progress`, and not among the next ones.
  mutating func forget(_ progress: Progress) {
    var kept = KeyWindow()
    func keep(_ range: Range<Int64>) {
      let low = index(of: range.lowerBound)
      let high = index(of: range.upperBound)
      kept.offsets += offsets[low..<high]
      kept.hashes += hashes[low..<high]
    }
    progress.runs.forEach { keep($0.range) }
    keep(progress.next..<(progress.next + Int64(2 * KeyOrder.openMax)))
    kept.failure = failure
    self = kept
  }

  /// Nothing can be learned of a message and those behind it.
  mutating func fail(at offset: Int64, _ error: LogError) { failure = (offset, error) }

  /// Why a message's key is not known, if that is what was tried last.
  func failure(at offset: Int64) -> LogError? {
    guard let failure, failure.offset == offset else { return nil }
    return failure.error
  }
}
