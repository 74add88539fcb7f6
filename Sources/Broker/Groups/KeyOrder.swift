/// Which messages of a partition may be delivered without overtaking one of the same key: goes
/// through them in order, and holds back whatever stands behind a message that cannot go now.
struct KeyOrder {
  /// So many messages of a partition may be begun and not finished, held back ones included: each
  /// look goes through all of them.
  static let openMax = 4096

  private let window: KeyWindow
  private let countMax: Int
  private let runsMax: Int
  private var count = 0
  private var index = 0
  private var held: Set<UInt64> = []
  /// The messages that may go, as they were offered: neighbours of one offer together.
  private(set) var chosen: [Range<Int64>] = []
  /// The messages that were offered and may not go, in no order.
  private(set) var heldBack: [Range<Int64>] = []
  /// The first message whose key is not known: nobody can say whom it holds back.
  private(set) var unknown: Int64?

  /// - Parameters:
  ///   - countMax: how many messages to choose at most.
  ///   - runsMax: in how many stretches at most.
  init(_ window: KeyWindow, countMax: Int, runsMax: Int) {
    self.window = window
    self.countMax = countMax
    self.runsMax = runsMax
  }

  /// True when no other message can be chosen.
  var isOver: Bool { count >= countMax || chosen.count >= runsMax || unknown != nil }

  /// These messages cannot go now.
  mutating func hold(_ range: Range<Int64>) {
    for offset in range {
      guard let key = key(at: offset) else { return }
      held.insert(key)
    }
  }

  /// These messages can go, if none of the same key is held.
  ///
  /// - Parameter again: true if they were delivered before: each then holds its key itself.
  /// - Returns: the offset behind the last one that was looked at.
  @discardableResult
  mutating func offer(_ range: Range<Int64>, again: Bool = false) -> Int64 {
    let begin = chosen.count
    for offset in range {
      guard count < countMax, let key = key(at: offset) else { return offset }
      if held.contains(key) {
        KeyOrder.add(offset, to: &heldBack, from: 0)
      } else if mayGrow(by: offset, from: begin) {
        KeyOrder.add(offset, to: &chosen, from: begin)
        count += 1
        if again { held.insert(key) }
      } else {
        return offset
      }
    }
    return range.upperBound
  }

  /// Some that were chosen cannot go after all, and neither can those of the same keys behind them.
  ///
  /// - Parameter canGo: whether a message can; asked in the order of the offsets.
  mutating func keep(_ canGo: (Int64) -> Bool) {
    let offered = chosen
    chosen = []
    held = []
    index = 0
    for range in offered {
      let begin = chosen.count
      for offset in range {
        guard let key = key(at: offset) else { return }
        let isFirst = canGo(offset) && !held.contains(key)
        if isFirst, mayGrow(by: offset, from: begin) {
          KeyOrder.add(offset, to: &chosen, from: begin)
        } else {
          held.insert(key)
          KeyOrder.add(offset, to: &heldBack, from: 0)
        }
      }
    }
  }

  /// True if a message may be chosen without there being too many stretches.
  private func mayGrow(by offset: Int64, from begin: Int) -> Bool {
    chosen.count < runsMax || chosen.count > begin && chosen[chosen.count - 1].upperBound == offset
  }

  /// Adds an offset to the last of the ranges from `begin` on, if it stands behind that.
  private static func add(_ offset: Int64, to ranges: inout [Range<Int64>], from begin: Int) {
    if ranges.count > begin, ranges[ranges.count - 1].upperBound == offset {
      ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<(offset + 1)
    } else {
      ranges.append(offset..<(offset + 1))
    }
  }

  /// Mostly the next offset is asked for.
  private mutating func key(at offset: Int64) -> UInt64? {
    if !stands(offset, at: index) {
      index += 1
      if !stands(offset, at: index) { index = window.index(of: offset) }
    }
    guard stands(offset, at: index) else {
      unknown = unknown ?? offset
      return nil
    }
    return window.hashes[index]
  }

  private func stands(_ offset: Int64, at index: Int) -> Bool {
    index < window.offsets.count && window.offsets[index] == offset
  }
}
