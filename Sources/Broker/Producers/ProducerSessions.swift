import Log
import Platform

/// The producers of one topic: each one's requests are judged and stored one after the other, over
/// all loops and partitions. So a repeat that comes while the first is under way waits for it, and
/// what comes next is judged by what became of it.
///
/// Memory only: what the partitions' logs remember sets a session up again. One lock, under which
/// nothing else is done; a turn is given away outside of it.
final class ProducerSessions: Sendable {
  /// Requests of one producer that may wait for their turn.
  static let waitingMax = 64

  private struct Waiting {
    let sink: any JobSink
    let begin: Job
  }

  private struct Seat {
    var session: ProducerSession?
    var isTaken = false
    var waiting: [Waiting] = []
  }

  private let seats = Lock<[Int64: Seat]>([:])
  private let limits: ProducerLimits
  private let metrics: ProducerMetrics

  init(limits: ProducerLimits, metrics: ProducerMetrics) {
    self.limits = limits
    self.metrics = metrics
  }

  /// Waits for the producer's turn: runs `begin` at once, or later on `sink`. It ends with `leave`.
  ///
  /// - Throws: `tooManyInFlight`.
  func enter(
    _ stamp: ProducerStamp, sink: any JobSink, _ begin: @escaping Job
  ) throws(BrokerError) {
    let isFree = try seats.withLock { seats throws(BrokerError) in
      if seats[stamp.id] == nil, seats.count >= limits.countMax {
        // Those who do nothing now are set up again when they come.
        seats = seats.filter { $0.value.isTaken }
      }
      var seat = seats[stamp.id] ?? Seat()
      if seat.isTaken {
        guard seat.waiting.count < ProducerSessions.waitingMax else {
          throw .tooManyInFlight(max: ProducerSessions.waitingMax)
        }
        seat.waiting.append(Waiting(sink: sink, begin: begin))
        seats[stamp.id] = seat
        return false
      }
      seat.isTaken = true
      seats[stamp.id] = seat
      return true
    }
    if isFree { begin() }
  }

  /// Says what is to be done with a request whose turn it is.
  ///
  /// - Parameters:
  ///   - parts: where its records would go.
  ///   - standings: gives what is remembered of the producer by each of the topic's partitions, and
  ///     behind them of what it has delayed.
  /// - Throws: `sequenceGap`, `producerFenced`, `sequenceTooOld`, `sequenceReused`.
  func judge(
    _ stamp: ProducerStamp, _ parts: [RequestPart], now: Int64,
    _ standings: () -> [ProducerStanding]
  ) throws(BrokerError) -> ProducerVerdict {
    let session = session(of: stamp.id, standings, now)
    do throws(BrokerError) {
      guard case .repeated(let mayLack) = try session.place(of: stamp) else { return .store }
      return try RepeatedRequest(stamp, standings()).verdict(
        parts, mayLack: mayLack,
        lackIsKnown: session.isIncomplete && stamp.sequence == session.last)
    } catch {
      count(error)
      throw error
    }
  }

  /// Ends a request's turn and gives it to the next.
  func leave(_ stamp: ProducerStamp, _ outcome: ProducerSession.Outcome, now: Int64) {
    if outcome == .repeated { metrics.duplicates.increment() }
    let next = seats.withLock { seats -> Waiting? in
      guard var seat = seats[stamp.id] else { return nil }
      seat.session?.note(outcome, of: stamp, now: now)
      let next = seat.waiting.isEmpty ? nil : seat.waiting.removeFirst()
      seat.isTaken = next != nil
      // Of producers of whom nothing is stored nothing is kept.
      seats[stamp.id] = seat.isTaken || seat.session?.epoch != nil ? seat : nil
      return next
    }
    if let next { next.sink.post([next.begin]) }
  }

  /// The session of a producer whose turn it is, set up if need be.
  private func session(
    of id: Int64, _ standings: () -> [ProducerStanding], _ now: Int64
  ) -> ProducerSession {
    if let known = seats.withLock({ $0[id]?.session }),
      now - known.latestMilliseconds < limits.expiryMilliseconds
    {
      return known
    }
    let fresh = ProducerSession(standings(), now: now)
    seats.withLock { $0[id]?.session = fresh }
    return fresh
  }

  private func count(_ error: BrokerError) {
    switch error {
    case .sequenceGap: metrics.gaps.increment()
    case .log(.producerFenced): metrics.fenced.increment()
    case .log(.sequenceTooOld), .log(.sequenceReused): metrics.refusedRepeats.increment()
    default: break
    }
  }
}
