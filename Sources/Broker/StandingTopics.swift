/// The topics that stand, and their list by name where somebody has asked for it since they changed
/// last. A value behind the broker's lock.
struct StandingTopics: Sendable {
  private(set) var byName: [String: Topic]
  private(set) var list: [Topic]?
  private var generation = 0

  init(_ topics: [String: Topic]) { byName = topics }

  /// Some topics have changed, or stand no more; the others are not touched, however many they are.
  ///
  /// - Returns: what stood in their place, to be let go outside of the lock: files may be closed.
  mutating func apply(_ changes: [(name: String, topic: Topic?)]) -> [Topic] {
    list = nil
    generation += 1
    return changes.compactMap { name, topic in
      if let topic {
        byName.updateValue(topic, forKey: name)
      } else {
        byName.removeValue(forKey: name)
      }
    }
  }

  /// Keeps a list that was made of `state`, unless topics have changed since.
  mutating func keep(_ list: [Topic], of state: StandingTopics) {
    if generation == state.generation { self.list = list }
  }
}
