/// Which of a bucket's entries are done: a bit each, and no bytes for those behind the last one.
struct DelayMarks: Sendable, Equatable {
  private(set) var words: [UInt64] = []
  /// How many are done.
  private(set) var count = 0

  init() {}

  init(words: [UInt64]) {
    self.words = words
    count = words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  func contains(_ index: Int) -> Bool {
    index >> 6 < words.count && words[index >> 6] & (1 << UInt64(index & 63)) != 0
  }

  /// Marks an entry; false if it was marked before.
  mutating func insert(_ index: Int) -> Bool {
    while words.count <= index >> 6 { words.append(0) }
    let bit: UInt64 = 1 << UInt64(index & 63)
    guard words[index >> 6] & bit == 0 else { return false }
    words[index >> 6] |= bit
    count += 1
    return true
  }
}
