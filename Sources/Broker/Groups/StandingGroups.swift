/// The groups that stand, kept in the order of their names: the scheduler goes through them at each
/// of its turns, and sorts nothing. A value behind the groups' lock.
struct StandingGroups {
  private(set) var byName: [String: Group] = [:]
  private(set) var all: [Group] = []

  /// Where a group of that name stands, or would.
  private func index(of name: String) -> Int {
    var range = all.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if all[middle].name < name {
        range = (middle + 1)..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }

  mutating func insert(_ group: Group) {
    let known = byName.updateValue(group, forKey: group.name)
    precondition(known == nil, "the group \(group.name) stands already")
    all.insert(group, at: index(of: group.name))
    assert(all.count == byName.count)
  }

  mutating func remove(_ name: String) {
    guard byName.removeValue(forKey: name) != nil else { return }
    let gone = all.remove(at: index(of: name))
    assert(gone.name == name && all.count == byName.count)
  }
}
