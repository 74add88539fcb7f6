import DequeModule
import HeapModule

/// How far a group has come in one partition: where it has not begun yet, and what it has begun and
/// not finished. Everything else before `next` is done.
///
/// A plain value: changes come through `apply`, live and from the journal alike. What only time
/// brings (leases that end, retries that fall due) is not journaled, it follows from the runs.
struct Progress {
  /// What a receipt is worth.
  enum Standing: Equatable {
    /// It stands for the last delivery of messages that are not done.
    case current
    /// Its messages are done already.
    case done
    /// The messages were delivered anew, sought away or buried.
    case stale
  }

  /// The first offset that was never leased.
  private(set) var next: Int64
  /// Begins anywhere, and goes up by one with each seek.
  private(set) var epoch: UInt32 = 0
  private(set) var runs = RunList()
  private var dues = Heap<Due>()
  /// The moment that was noted last, not among the others yet: messages that are begun one after
  /// the other in the same millisecond have one together.
  private var latestDue: Due?
  private(set) var ready = Deque<Due>()
  /// How often time has freed messages for delivery: never goes back.
  private(set) var readyTotal = 0

  init(next: Int64) { self.next = next }

  /// Everything before it is done.
  var floor: Int64 { runs.first?.offset ?? next }

  /// When time changes something next, in milliseconds since 1970.
  var nextDue: Int64? {
    guard let latestDue else { return dues.min?.time }
    return min(latestDue.time, dues.min?.time ?? .max)
  }

  /// How many moments are kept at which time will change something.
  var moments: Int { dues.count + (latestDue == nil ? 0 : 1) }

  /// True when messages may be waiting for delivery now.
  var hasReady: Bool { !ready.isEmpty }

  /// Makes a change.
  mutating func apply(_ change: ProgressChange) {
    switch change {
    case .begun(let offset): next = max(next, offset)
    case .run(let run):
      let isExtension = isExtension(run)
      runs.put(run)
      if run.condition != .dying, !isExtension { note(run) }
    case .done(let range): runs.remove(range)
    case .sought(let epoch, let next):
      let readyTotal = readyTotal
      self = Progress(next: next)
      self.epoch = epoch
      self.readyTotal = readyTotal
    }
  }

  /// Does what time brings: leases end, retries fall due.
  ///
  /// - Returns: the number of messages whose lease has ended.
  mutating func advance(to now: Int64, attemptsMax: Int) -> Int {
    var expired = 0
    while let due = takeDue(by: now) {
      var changed: [DeliveryRun] = []
      var extended: [DeliveryRun] = []
      runs.forEach(in: due.range) { run in
        // What has lapsed stands among the ready already.
        if run.due == due.time, run.condition == .leased || run.condition == .waiting {
          changed.append(run)
        }
        if run.due > due.time, run.condition == .leased { extended.append(run) }
        return true
      }
      for var run in changed {
        if run.condition == .leased {
          expired += Int(run.count)
          run.condition = .lapsed
          if Int(run.attempt) >= attemptsMax {
            run.condition = .dying
            run.due = -1
          }
          runs.put(run)
        }
        if run.condition.isFree { noteReady(run) }
      }
      for run in extended { note(run) }
    }
    return expired
  }

  /// Takes messages that wait for delivery, those first that have waited longest; what of them is
  /// not leased must be put back.
  mutating func takeReady() -> DeliveryRun? {
    while let due = ready.popFirst() {
      var found: DeliveryRun?
      runs.forEach(in: due.range) { run in
        guard run.due == due.time, run.condition.isFree else { return true }
        found = run
        return false
      }
      guard let found else { continue }
      if found.end < due.range.upperBound {
        let rest = due.range.upperBound - found.end
        ready.prepend(Due(time: due.time, offset: found.end, count: UInt32(rest)))
      }
      return found
    }
    return nil
  }

  /// Puts messages back that were taken and not leased, as the next to be taken.
  mutating func putBack(_ run: DeliveryRun) {
    ready.prepend(Due(of: run))
  }

  /// The first messages from an offset on that wait for delivery now, wherever they stand among the
  /// others.
  func firstReady(from offset: Int64, now: Int64) -> DeliveryRun? {
    guard offset < next else { return nil }
    var found: DeliveryRun?
    runs.forEach(in: offset..<next) { run in
      guard run.condition.isFree, run.due <= now else { return true }
      found = run
      return false
    }
    return found
  }

  /// What a receipt for these messages, at that attempt, is worth.
  func standing(_ range: Range<Int64>, attempt: UInt16, epoch: UInt32) -> Standing {
    guard epoch == self.epoch, range.upperBound <= next else { return .stale }
    var standing = Standing.done
    runs.forEach(in: range) { run in
      standing = run.attempt == attempt && run.condition.isHeld ? .current : .stale
      return standing == .current
    }
    return standing
  }

  /// True for leases that only end later than they did: the moment that is noted already leads to
  /// the new one, so that a lease that is extended again and again takes no more memory than
  /// another.
  private func isExtension(_ run: DeliveryRun) -> Bool {
    guard run.condition == .leased else { return false }
    var covered = run.offset
    runs.forEach(in: run.range) { known in
      guard known.offset == covered, known.condition == .leased, known.due <= run.due else {
        return false
      }
      covered = known.end
      return true
    }
    return covered == run.end
  }

  private mutating func takeDue(by now: Int64) -> Due? {
    if let latestDue, latestDue.time <= now {
      dues.insert(latestDue)
      self.latestDue = nil
    }
    guard let due = dues.min, due.time <= now else { return nil }
    return dues.removeMin()
  }

  private mutating func note(_ run: DeliveryRun) {
    // What is done early leaves its moment behind; when most are such, they go.
    if dues.count > 2 * runs.runCount + 1024 { forgetOldMoments() }
    let due = Due(of: run)
    if let longer = latestDue?.joined(with: due) { return latestDue = longer }
    if let latestDue { dues.insert(latestDue) }
    latestDue = due
  }

  private mutating func forgetOldMoments() {
    var valid: [Due] = []
    // What was ready and is held again has a moment of its own.
    let taken = Set(ready)
    runs.forEach { run in
      let due = Due(of: run)
      if run.condition == .dying || run.condition.isFree && taken.contains(due) { return }
      if let longer = valid.last?.joined(with: due) {
        valid[valid.count - 1] = longer
      } else {
        valid.append(due)
      }
    }
    dues = Heap(valid)
    latestDue = nil
  }

  private mutating func noteReady(_ run: DeliveryRun) {
    // What became of the messages otherwise leaves its place behind, which who keeps the order
    // never comes by.
    if ready.count > 2 * runs.runCount + 1024 { forgetOldPlaces() }
    ready.append(Due(of: run))
    readyTotal += 1
  }

  private mutating func forgetOldPlaces() {
    var valid: Set<Due> = []
    ready = Deque(
      ready.filter { due in
        var isValid = false
        runs.forEach(in: due.range) { run in
          isValid = run.due == due.time && run.condition.isFree
          return !isValid
        }
        return isValid && valid.insert(due).inserted
      })
  }
}
