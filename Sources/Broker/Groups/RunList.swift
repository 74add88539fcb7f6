import Platform

/// The runs of one partition, by offset, none over another: what a group has begun and not
/// finished.
///
/// Two levels, an array of short arrays, so that a change in the middle of a million runs moves a
/// few of them. Finding takes two binary searches.
struct RunList {
  private static let blockRunsMax = 128

  private var blocks: [[DeliveryRun]] = []
  /// How many messages are leased, waiting and dying.
  private(set) var leased = 0
  private(set) var waiting = 0
  private(set) var dying = 0
  /// How many runs there are.
  private(set) var runCount = 0

  /// True when nothing is begun and not finished.
  var isEmpty: Bool { blocks.isEmpty }

  /// The run with the lowest offset.
  var first: DeliveryRun? { blocks.first?.first }

  /// How many messages there are.
  var messages: Int { leased + waiting + dying }

  /// Forgets everything.
  mutating func removeAll() { self = RunList() }

  /// Puts a run in place of whatever stands at its offsets.
  mutating func put(_ run: DeliveryRun) { replace(run.range, with: run) }

  /// Takes out whatever stands at these offsets.
  mutating func remove(_ range: Range<Int64>) { replace(range, with: nil) }

  /// Hands the runs that touch `range` to `body`, cut to it, in order, until it says false.
  func forEach(in range: Range<Int64>, _ body: (DeliveryRun) -> Bool) {
    var (block, index) = place(endingBehind: range.lowerBound)
    while block < blocks.count {
      while index < blocks[block].count {
        let run = blocks[block][index]
        if run.offset >= range.upperBound { return }
        if !body(run.cut(to: range)) { return }
        index += 1
      }
      block += 1
      index = 0
    }
  }

  /// All runs, in order.
  func forEach(_ body: (DeliveryRun) -> Void) {
    for block in blocks { for run in block { body(run) } }
  }

  // MARK: - Changing

  private mutating func replace(_ range: Range<Int64>, with fresh: DeliveryRun?) {
    guard !range.isEmpty else { return }
    if range.lowerBound >= blocks.last?.last?.end ?? .min {
      if let fresh { append(fresh) }
      return
    }
    let (block, index) = place(endingBehind: range.lowerBound)
    if let fresh, block < blocks.count, blocks[block][index].range == range {
      // Most changes are to messages that were begun together: nothing moves.
      count(blocks[block][index], by: -1)
      blocks[block][index] = fresh
      return count(fresh, by: 1)
    }
    let (left, right) = cutOut(range, block, index)
    var pieces: [DeliveryRun] = []
    for piece in [left, fresh, right] { if let piece { pieces.append(piece) } }
    if !pieces.isEmpty { insert(pieces, block, index) }
    tidy(from: block)
  }

  private mutating func append(_ run: DeliveryRun) {
    count(run, by: 1)
    if blocks.isEmpty || blocks[blocks.count - 1].count >= RunList.blockRunsMax {
      var block: [DeliveryRun] = []
      // Where one message after the other is leased, all blocks are filled like this.
      if !blocks.isEmpty { block.reserveCapacity(RunList.blockRunsMax) }
      blocks.append(block)
    }
    blocks[blocks.count - 1].append(run)
  }

  /// Removes what touches `range`, from a place on; gives what stands out of it on either side.
  private mutating func cutOut(
    _ range: Range<Int64>, _ block: Int, _ index: Int
  ) -> (left: DeliveryRun?, right: DeliveryRun?) {
    var left: DeliveryRun?
    var right: DeliveryRun?
    var block = block
    var index = index
    while block < blocks.count {
      let present = blocks[block].count
      var stop = index
      while stop < present, blocks[block][stop].offset < range.upperBound {
        let run = blocks[block][stop]
        count(run, by: -1)
        if run.offset < range.lowerBound { left = run.cut(to: run.offset..<range.lowerBound) }
        if run.end > range.upperBound { right = run.cut(to: range.upperBound..<run.end) }
        stop += 1
      }
      if stop > index { blocks[block].removeSubrange(index..<stop) }
      if stop < present { break }
      block += 1
      index = 0
    }
    return (left, right)
  }

  private mutating func insert(_ pieces: [DeliveryRun], _ block: Int, _ index: Int) {
    for piece in pieces { count(piece, by: 1) }
    if block == blocks.count {
      blocks.append(pieces)
    } else {
      blocks[block].insert(contentsOf: pieces, at: index)
    }
  }

  /// Takes empty blocks out and cuts one that is too long in two.
  private mutating func tidy(from block: Int) {
    var end = block
    while end < blocks.count, blocks[end].isEmpty { end += 1 }
    if end > block { blocks.removeSubrange(block..<end) }
    if block + 1 < blocks.count, blocks[block + 1].isEmpty {
      var end = block + 1
      while end < blocks.count, blocks[end].isEmpty { end += 1 }
      blocks.removeSubrange((block + 1)..<end)
    }
    if block < blocks.count, blocks[block].count > RunList.blockRunsMax {
      let middle = blocks[block].count / 2
      blocks.insert(Array(blocks[block][middle...]), at: block + 1)
      blocks[block].removeSubrange(middle...)
    }
  }

  private mutating func count(_ run: DeliveryRun, by sign: Int) {
    runCount += sign
    switch run.condition {
    case .leased: leased += sign * Int(run.count)
    case .waiting, .lapsed: waiting += sign * Int(run.count)
    case .dying: dying += sign * Int(run.count)
    }
  }

  /// Where the first run stands that ends behind `offset`.
  private func place(endingBehind offset: Int64) -> (block: Int, index: Int) {
    let block = blocks.indices.partitioningIndex { blocks[$0][blocks[$0].count - 1].end > offset }
    guard block < blocks.count else { return (block, 0) }
    return (block, blocks[block].indices.partitioningIndex { blocks[block][$0].end > offset })
  }
}
