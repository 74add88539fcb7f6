import DequeModule
import HeapModule
import Log

/// What the transactions' lock guards; sendable only to get there.
struct TransactionsState: @unchecked Sendable {
  /// Moments that were passed over by a decision stay in the heaps until there are so many more of
  /// them than of valid ones.
  private static let staleMomentsMax = 1024

  private(set) var byNumber: [Int64: Transaction] = [:]
  /// The undecided ones, in order.
  private(set) var undecided: [Int64] = []
  private(set) var bytes = 0
  /// So many times of records are remembered with outcomes; the oldest ones' go first.
  private static let duesMax = 1_000_000
  /// The decided ones, in the order in which they are forgotten.
  private var outcomes: Deque<Int64> = []
  /// Those of them whose records are delivered later, and how many times of records they have.
  private var withDues: Deque<Int64> = []
  private var dueCount = 0
  /// When which one is to be offered for checking, by producer group.
  private var checks: [String: Heap<TransactionDue>] = [:]
  private var momentCount = 0
  /// When which one has been offered for the last time and is to be rolled back.
  private var ends = Heap<TransactionDue>()
  /// Who waits for something to check, by producer group.
  var pollers: [String: [LogWaiter]] = [:]
  /// Who waits for a decision to be on the disk.
  var waits: [Int64: [TransactionWait]] = [:]
  /// Committed ones whose records are on their way.
  var storing: Set<Int64> = []
  /// Committed ones that could not be stored: they are tried again.
  var stuck: Set<Int64> = []
  /// Those that are done, of which the journal could not be told.
  var unnoted: Set<Int64> = []
  /// True while what the journal says of those that are done may not be on the disk.
  var hasUnsyncedOutcomes = false
  /// While it lasts none of those is tried again.
  var stuckRest = Rest()
  /// While it lasts none is rolled back because its time is up.
  var endsRest = Rest()
  private(set) var commits: Int
  var counts = TransactionCounts()

  init(commits: Int) { self.commits = commits }

  /// Takes in one that was prepared, or read back.
  mutating func insert(_ transaction: Transaction, checksMax: Int) {
    let number = transaction.id.number
    byNumber[number] = transaction
    bytes += transaction.bytes
    switch transaction.state {
    case .prepared:
      undecided.insert(number, at: place(of: number))
      if !transaction.isUnborn { schedule(transaction, checksMax: checksMax) }
    case .committing: stuck.insert(number)
    case .committed, .rolledBack: remember(number)
    }
  }

  /// Forgets one that could not be prepared.
  mutating func remove(_ number: Int64) {
    guard let found = byNumber.removeValue(forKey: number) else { return }
    bytes -= found.bytes
    dropUndecided(number)
  }

  /// Changes one in place.
  mutating func change(_ number: Int64, _ body: (inout Transaction) -> Void) {
    guard var found = byNumber.removeValue(forKey: number) else { return }
    bytes -= found.bytes
    body(&found)
    bytes += found.bytes
    byNumber[number] = found
  }

  /// The number of the next commit.
  mutating func nextCommit() -> Int {
    commits += 1
    return commits
  }

  /// One is decided: no check is due any more.
  mutating func dropUndecided(_ number: Int64) {
    let index = place(of: number)
    if index < undecided.count, undecided[index] == number { undecided.remove(at: index) }
  }

  /// One is decided for good and its outcome remembered, as long as the limits say.
  mutating func remember(_ number: Int64) {
    outcomes.append(number)
    guard let count = byNumber[number]?.dueCount, count > 0 else { return }
    withDues.append(number)
    dueCount += count
    while dueCount > TransactionsState.duesMax, let oldest = withDues.popFirst() {
      dueCount -= byNumber[oldest]?.dueCount ?? 0
      byNumber[oldest]?.forgetDues()
    }
  }

  mutating func forgetOutcomes(before time: Int64, beyond most: Int) {
    while let number = outcomes.first {
      guard outcomes.count > most || byNumber[number].map({ $0.decidedAt < time }) ?? true else {
        return
      }
      outcomes.removeFirst()
      guard let found = byNumber.removeValue(forKey: number) else { continue }
      bytes -= found.bytes
      guard withDues.first == number else { continue }
      withDues.removeFirst()
      dueCount -= found.dueCount
    }
  }

  /// The undecided ones behind a number.
  func undecided(after number: Int64) -> ArraySlice<Int64> {
    undecided[place(of: number + 1)...]
  }

  // MARK: - Moments

  /// Notes when something is to become of an undecided transaction.
  mutating func schedule(_ transaction: Transaction, checksMax: Int) {
    let due = TransactionDue(time: transaction.nextCheck, number: transaction.id.number)
    if transaction.checks >= checksMax {
      ends.insert(due)
    } else {
      checks[transaction.producerGroup, default: Heap()].insert(due)
    }
    momentCount += 1
    if momentCount > 2 * undecided.count + TransactionsState.staleMomentsMax {
      reschedule(checksMax: checksMax)
    }
  }

  private mutating func reschedule(checksMax: Int) {
    checks = [:]
    ends = Heap()
    momentCount = 0
    for number in undecided {
      guard let found = byNumber[number], found.isOpen else { continue }
      schedule(found, checksMax: checksMax)
    }
  }

  /// True if one of the group's may be due: time tells.
  mutating func hasDue(_ group: String, now: Int64) -> Bool {
    while let due = checks[group]?.min, due.time <= now {
      if isValid(due) { return true }
      dropDue(group)
    }
    return false
  }

  /// Takes the one of the group's that is longest due.
  mutating func takeDue(_ group: String, now: Int64) -> Transaction? {
    guard hasDue(group, now: now), let due = checks[group]?.min else { return nil }
    dropDue(group)
    return byNumber[due.number]
  }

  /// Takes one that was offered for the last time, and nobody decided.
  mutating func takeEnded(now: Int64) -> Int64? {
    while let due = ends.min, due.time <= now {
      ends.removeMin()
      momentCount -= 1
      if isValid(due) { return due.number }
    }
    return nil
  }

  private mutating func dropDue(_ group: String) {
    checks[group]?.removeMin()
    momentCount -= 1
    if checks[group]?.isEmpty == true { checks[group] = nil }
  }

  private func isValid(_ due: TransactionDue) -> Bool {
    guard let found = byNumber[due.number] else { return false }
    return found.isOpen && found.nextCheck == due.time
  }

  /// Where a number stands among the undecided, or would.
  private func place(of number: Int64) -> Int { undecided.partitioningIndex { $0 >= number } }
}
