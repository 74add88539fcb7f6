import HeapModule

/// The earliest of many entries that come in any order: as many as fit on a page, and one more,
/// which tells whether there is another page.
struct DelayChoice {
  private let request: DelayPage.Request
  private let topics: DelayTopics
  private let after: DelayKey
  private var chosen = Heap<DelayPlace>()
  /// Later ones are not wanted any more.
  private var latest = DelayKey.highest

  init(_ request: DelayPage.Request, _ topics: DelayTopics) {
    self.request = request
    self.topics = topics
    after = request.after ?? .lowest
  }

  /// True if nothing from this key on is wanted any more.
  func isFull(before key: DelayKey) -> Bool { latest < key }

  /// Whether an entry lies where one is wanted. Called for each of them: most are not.
  @inline(__always)
  func wants(_ base: UnsafeRawPointer) -> Bool {
    let due = Int64(bigEndian: base.loadUnaligned(as: Int64.self))
    if due < after.due || due > latest.due { return false }
    let key = DelayEntry.key(base)
    return key > after && key < latest
  }

  /// Takes an entry, if it is for a topic that is asked for.
  mutating func take(_ base: UnsafeRawPointer) {
    guard let topic = topics[DelayEntry.topic(base)], !topic.isGone,
      request.topic.map({ $0 == topic.name }) ?? true
    else { return }
    chosen.insert(DelayPlace(entry: DelayEntry(base), bucket: 0, index: 0))
    if chosen.count > request.max + 1 { chosen.removeMax() }
    if chosen.count > request.max, let last = chosen.max { latest = last.key }
  }

  /// What was chosen, in order, and where the next page begins, if there is one.
  ///
  /// - Parameter end: how far the entries were looked at, if not all were.
  mutating func finish(
    through end: DelayKey?
  ) -> (entries: [DelayEntry], nextAfter: DelayKey?) {
    var entries: [DelayEntry] = []
    while let place = chosen.popMin() {
      if let end, place.key > end { break }
      if entries.count == request.max { return (entries, entries.last?.key) }
      entries.append(place.entry)
    }
    return (entries, end)
  }
}
