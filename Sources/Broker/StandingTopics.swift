/// The topics that stand, and their list by name where somebody has asked for it since they changed
/// last. A value behind the broker's lock.
struct StandingTopics: Sendable {
  private(set) var byName: [String: Topic]
  private(set) var list: [Topic]?
  private var generation = 0

  init(_ topics: [String: Topic]) { byName = topics }

  /// Other topics stand from now on.
  mutating func replace(with topics: [String: Topic]) {
    byName = topics
    list = nil
    generation += 1
  }

  /// Keeps a list that was made of `state`, unless topics have changed since.
  mutating func keep(_ list: [Topic], of state: StandingTopics) {
    if generation == state.generation { self.list = list }
  }
}
