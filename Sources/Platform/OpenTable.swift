import Synchronization

/// Bounds how many things of one kind are open at a time: descriptors, memory maps. What was not
/// used for longest is closed when room is needed; what somebody uses at the moment never is.
///
/// Any thread may use it. Its hand goes round like that of a page cache's clock: what was used
/// since it last came by is passed over once. So a use costs no lock of the table, only opening
/// does, and nothing is opened or closed under it.
public final class OpenTable: Sendable {
  private struct State {
    var seats: [(any OpenSeat)?] = []
    var free: [Int] = []
    var hand = 0
    /// Seats that are taken, or promised to somebody who is opening something.
    var taken = 0

    /// Empties the seat that was not used for longest; `nil` when all are in use.
    mutating func evict() -> (any Sendable)? {
      // The first time round may do no more than note what was used.
      for _ in 0..<(2 * seats.count) {
        let place = hand
        hand = (hand + 1) % seats.count
        guard let seat = seats[place], !seat.takeUse(), let idle = seat.takeIdle() else { continue }
        empty(place)
        return idle
      }
      return nil
    }

    mutating func empty(_ place: Int) {
      seats[place] = nil
      free.append(place)
    }
  }

  /// How many things may be open.
  public let limit: Int
  private let state = Lock(State())
  private let opens = Atomic(0)
  private let kept = Atomic(0)

  /// Room for so many.
  public init(limit: Int) {
    precondition(limit > 0, "a table without room opens nothing")
    self.limit = limit
  }

  /// How many things are open, or being opened.
  public var count: Int { state.withLock { $0.taken } }

  /// How many times something was opened.
  public var opensTotal: Int { opens.load(ordering: .relaxed) }

  /// Counts one more that is not closed while its owner lives; false when half of the room is taken
  /// by such already. The other half is for those who open something now.
  func keepOneMore() -> Bool {
    if kept.add(1, ordering: .relaxed).newValue <= max(1, limit / 2) { return true }
    keepOneLess()
    return false
  }

  /// One that was kept goes.
  func keepOneLess() { kept.subtract(1, ordering: .relaxed) }

  /// Promises a seat, for which something else may have to go; false when everything is in use.
  func reserve() -> Bool {
    // What goes is closed when this returns, outside of the lock.
    var idle: (any Sendable)?
    return state.withLock { state in
      if state.taken >= limit {
        idle = state.evict()
        return idle != nil
      }
      state.taken += 1
      return true
    }
  }

  /// Nothing was opened for a promised seat.
  func giveBack() { state.withLock { $0.taken -= 1 } }

  /// Something was opened, for which a seat was promised.
  func enter(_ seat: some OpenSeat) {
    opens.add(1, ordering: .relaxed)
    state.withLock { state in
      if let place = state.free.popLast() {
        seat.place = place
        state.seats[place] = seat
      } else {
        seat.place = state.seats.count
        state.seats.append(seat)
      }
    }
  }

  /// A seat's owner goes, and what it has with it.
  func leave(_ seat: some OpenSeat) {
    var idle: (any Sendable)?
    state.withLock { state in
      idle = seat.takeAny()
      // Otherwise it has no place: it lost it with what it had.
      guard idle != nil else { return }
      state.empty(seat.place)
      state.taken -= 1
    }
  }

  /// Closes up to so many things that nobody uses: the system has run out of them.
  public func closeIdle(atMost count: Int) {
    for _ in 0..<count {
      var idle: (any Sendable)?
      state.withLock { state in
        idle = state.evict()
        if idle != nil { state.taken -= 1 }
      }
      if idle == nil { return }
    }
  }
}
