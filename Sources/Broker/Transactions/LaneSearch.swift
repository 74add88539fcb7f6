import Log

/// Finds out which lanes of unfinished transactions stand in their logs: each log is read once,
/// from the earliest offset on at which one of them may stand.
struct LaneSearch {
  private struct Place: Hashable {
    let topic: String
    let partition: Int
  }

  private var from: [Place: Offset] = [:]
  private var found: [Place: [Int64: Offset]] = [:]

  init(_ transactions: [Transaction]) {
    for transaction in transactions {
      for lane in transaction.lanes {
        guard case .pending(let offset) = lane.fate, let partition = lane.partition else {
          continue
        }
        let place = Place(topic: lane.topic, partition: partition)
        from[place] = min(from[place] ?? offset, offset)
      }
    }
  }

  /// Where the lane stands; `nil` if it does not. Waits for the disk.
  mutating func offset(
    of transaction: Transaction, _ topic: String, _ partition: Int, in log: any RecordLog
  ) throws(LogError) -> Offset? {
    let place = Place(topic: topic, partition: partition)
    if found[place] == nil {
      let offsets = log.offsets
      // A log that ends before has lost its end: what stands in it may stand anywhere.
      let noted = from[place] ?? offsets.logStart
      let start = noted > offsets.highWatermark ? offsets.logStart : noted
      var pieces: [Int64: Offset] = [:]
      for (stamp, offset) in try StampSearch.ownWork(in: log, from: start) {
        if let number = OwnWork.transaction.number(of: stamp) { pieces[number] = offset }
      }
      found[place] = pieces
    }
    return found[place]?[transaction.id.number]
  }
}
