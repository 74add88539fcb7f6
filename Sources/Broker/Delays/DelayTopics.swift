/// The topics that delayed records are for, each under an id that is never given again: a topic
/// that is deleted and made anew is another one.
struct DelayTopics: Sendable {
  struct Topic: Sendable {
    let name: String
    /// How many of its records wait.
    var waiting = 0
    /// True once it was deleted: what waits for it is never handed over.
    var isGone = false
  }

  private(set) var byID: [UInt32: Topic] = [:]
  /// How many records wait for topics that stand.
  private(set) var waiting = 0

  subscript(id: UInt32) -> Topic? { byID[id] }

  func isGone(_ id: UInt32) -> Bool { byID[id]?.isGone ?? true }

  /// How many records wait for the topic of that name.
  func waiting(for name: String) -> Int {
    byID.values.reduce(0) { $0 + ($1.name == name && !$1.isGone ? $1.waiting : 0) }
  }

  mutating func stand(_ id: UInt32, name: String) {
    if byID[id] == nil { byID[id] = Topic(name: name) }
  }

  /// Sets a topic to what a snapshot says.
  mutating func restore(_ id: UInt32, _ topic: Topic) {
    byID[id] = topic
    if !topic.isGone { waiting += topic.waiting }
  }

  /// Notes that a topic was deleted; gives how many records waited for it.
  mutating func markGone(_ id: UInt32) -> Int {
    guard let topic = byID[id], !topic.isGone else { return 0 }
    byID[id]!.isGone = true
    waiting -= topic.waiting
    return topic.waiting
  }

  /// Counts records in, or out.
  mutating func add(_ count: Int, to id: UInt32) {
    guard let topic = byID[id] else { return }
    byID[id]!.waiting += count
    if !topic.isGone { waiting += count }
    precondition(byID[id]!.waiting >= 0, "more records went than came")
  }

  /// Forgets deleted topics of which nothing is left.
  mutating func sweep() {
    byID = byID.filter { !$0.value.isGone || $0.value.waiting > 0 }
  }
}
