import Synchronization

/// Where one thing is kept open for all who use it, as long as its table has room for it. A user
/// has a reference of its own meanwhile: then the thing stays.
///
/// Any thread may use it. What it holds is opened outside of its lock: of two who open it at once
/// one wins, and both get the winner's.
final class OpenSlot<Thing: AnyObject & Sendable>: OpenSeat {
  private struct State {
    var thing: Thing?
    /// True when it stays, used or not.
    var isKept = false
  }

  private let state: Lock<State>
  private let table: OpenTable?
  private let wasUsed = Atomic(false)
  private let seat = Atomic(0)

  /// Nothing is open yet; what will be takes a seat of `table`.
  init(in table: OpenTable) {
    state = Lock(State())
    self.table = table
  }

  /// Keeps `thing` open for as long as it lives itself.
  init(always thing: sending Thing?) {
    state = Lock(State(thing: thing))
    table = nil
  }

  /// What is open; `nil` if nothing is.
  var current: Thing? {
    let current = state.withLock { $0.thing }
    if current != nil, !wasUsed.load(ordering: .relaxed) { wasUsed.store(true, ordering: .relaxed) }
    return current
  }

  /// What is open if it fits, or else what `open` opens, which then takes its place. May wait for
  /// the disk.
  ///
  /// - Throws: what `open` throws, and `full` when all that the table has is in use.
  func get(
    full: @autoclosure () -> SystemError, fits: (Thing) -> Bool,
    open: () throws(SystemError) -> Thing
  ) throws(SystemError) -> Thing {
    if let current, fits(current) { return current }
    guard table?.reserve() ?? true else { throw full() }
    let fresh: Thing
    do {
      fresh = try open()
    } catch {
      table?.giveBack()
      throw error
    }
    // What is replaced is closed when this returns, or when its last user lets it go.
    var replaced: Thing?
    let winner = state.withLock { state in
      if let present = state.thing, fits(present) {
        replaced = fresh
        return present
      }
      replaced = state.thing
      state.thing = fresh
      return fresh
    }
    if replaced == nil { table?.enter(self) } else { table?.giveBack() }
    return winner
  }

  /// Has what is open stay so; false if nothing is.
  ///
  /// - Throws: `full` when too many in the table stay already.
  func keep(full: @autoclosure () -> SystemError) throws(SystemError) -> Bool {
    try state.withLock { state throws(SystemError) in
      guard state.thing != nil else { return false }
      guard !state.isKept else { return true }
      guard table?.keepOneMore() ?? true else { throw full() }
      state.isKept = true
      return true
    }
  }

  /// Closes what is open: its owner goes.
  func end() {
    table?.leave(self)
    if state.withLock({ $0.isKept }) { table?.keepOneLess() }
  }

  // MARK: - For the table

  var place: Int {
    get { seat.load(ordering: .relaxed) }
    set { seat.store(newValue, ordering: .relaxed) }
  }

  func takeUse() -> Bool { wasUsed.exchange(false, ordering: .relaxed) }

  func takeIdle() -> (any Sendable)? {
    state.withLock { state in
      guard state.thing != nil, !state.isKept, isKnownUniquelyReferenced(&state.thing)
      else { return nil }
      defer { state.thing = nil }
      return state.thing
    }
  }

  func takeAny() -> (any Sendable)? {
    state.withLock { state in
      defer { state.thing = nil }
      return state.thing
    }
  }
}
