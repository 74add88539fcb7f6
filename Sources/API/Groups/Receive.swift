import Broker
import HTTP
import HTTPServer
import Log
import Platform

/// One receive on its way: leases, waits for messages if it may, answers. Belongs to its loop.
final class Receive {
  private let call: Call
  private let group: Group
  private let body: ReceiveBody
  private let isRaw: Bool
  private var timer: LoopTimer?
  private var held: GroupWaiter?
  private var waiter: LogWaiter?
  private var isWaiting = false
  private var waitIsOver: Bool
  /// How often messages were leased that then turned out to be damaged, or deleted.
  private var damageMet = 0
  /// A search that found nothing so far and goes on.
  private var unfinished: Lease?
  /// After so many times the client is told.
  private static let damageMetMax = 16

  init(_ call: Call, _ group: Group, _ body: ReceiveBody, isRaw: Bool) {
    self.call = call
    self.group = group
    self.body = body
    self.isRaw = isRaw
    waitIsOver = body.waitMilliseconds == 0
  }

  /// Leases, and answers unless there is nothing and the request may wait.
  func run() {
    guard !call.exchange.isGone else { return endWait() }
    do throws(BrokerError) {
      var topics: [Topic] = []
      for name in body.topics { topics.append(try call.broker.topic(name)) }
      var request = ReceiveRequest(
        topics: topics, tags: body.tags, maxRecords: body.recordsMax(isRaw: isRaw),
        maxBytes: body.maxBytes, leaseMilliseconds: body.leaseMilliseconds,
        fromOnePartition: isRaw)
      if let unfinished { request.goOn(behind: unfinished) }
      let lease = try group.receive(request, now: call.broker.now())
      unfinished = lease.parts.isEmpty && lease.isUnfinished ? lease : nil
      if let gap = lease.gap {
        learn(gap)
      } else if unfinished != nil {
        _ = call.exchange.after(milliseconds: 0) { [self] in run() }
      } else if lease.parts.isEmpty, !waitIsOver {
        wait(lease, topics)
      } else {
        let waited = isWaiting
        endWait()
        answer(lease, waited: waited)
      }
    } catch {
      endWait()
      call.fail(Problem(error))
    }
  }

  /// Looks up keys on a thread that may wait for the disk, then goes on.
  private func learn(_ gap: KeyGap) {
    call.exchange.offload { [group] in
      group.learnKeys(gap)
    } then: { [self] in
      run()
    }
  }

  // MARK: - Waiting

  private func wait(_ lease: Lease, _ topics: [Topic]) {
    if !isWaiting {
      let limit = call.broker.limits.waitersMax
      guard call.service.countWaiterIn(limit: limit) else {
        return call.fail(Problem.tooManyWaiters(limit))
      }
      isWaiting = true
      timer = call.exchange.after(milliseconds: body.waitMilliseconds) { [self] in giveUp() }
      call.exchange.onDrain = { [self] in giveUp() }
      call.exchange.onGone = { [self] in
        _ = self.waiter?.claim()
        endWait()
      }
    }
    forget()
    let bound = ThreadBound(self)
    let waiter = LogWaiter(sink: call.exchange.sink) { bound.value.run() }
    let held = GroupWaiter(waiter, topics: topics)
    self.waiter = waiter
    self.held = held
    // Messages may have come between the look and this line: then look again at once.
    if !group.hold(held, after: lease), waiter.claim() { run() }
  }

  /// The time is up, unless messages won: then their job is on the way and answers.
  private func giveUp() {
    waitIsOver = true
    guard let waiter, waiter.claim() else { return }
    run()
  }

  private func forget() {
    if let held { group.forget(held) }
    held = nil
  }

  private func endWait() {
    timer?.cancel()
    timer = nil
    forget()
    // The waiter's job holds this receive.
    waiter = nil
    call.exchange.onDrain = nil
    call.exchange.onGone = nil
    if isWaiting { call.service.countWaiterOut() }
    isWaiting = false
  }

  // MARK: - Answering

  private func answer(_ lease: Lease, waited: Bool) {
    if let first = lease.parts.first?.slice, !call.isOpen(first.regions) {
      return call.bringOpen(first) { [self] error in
        group.giveBack(lease.parts, now: call.broker.now())
        leaseAnew(after: error)
      } then: { [self] in
        answer(lease, waited: waited)
      }
    }
    var head = ResponseHead(.ok)
    head.add("Cache-Control", "no-store")
    call.service.groupMetrics.answered(
      since: call.exchange.arrived, now: call.service.clock.monotonicTime(), waited: waited)
    if isRaw {
      return RawLease(call, lease).answer(head) { [self] error in
        group.giveBack(lease.parts, now: call.broker.now())
        leaseAnew(after: error)
      }
    }
    head.add("Content-Type", "application/json")
    let records = RecordJSON(body.values, onOneLine: false, parser: call.handler.parser)
    let source = LeaseSource(
      lease.parts, records, for: call.exchange, call.handler.recent, call.handler.signer)
    source.onCut = { [group, broker = call.broker, unowned source] in
      group.giveBack(source.unwritten, now: broker.now())
    }
    guard !call.exchange.respond(call.identified(head), source: source) else { return }
    group.giveBack(source.unwritten, now: call.broker.now())
    let parts = source.written
    if !parts.isEmpty { return answer(lease.with(parts), waited: waited) }
    if let error = source.failure { leaseAnew(after: error) }
  }

  /// Nothing of what was leased could be read. What is known to be damaged or was deleted is not
  /// leased again: the next look finds other messages, or says what is wrong.
  private func leaseAnew(after error: LogError) {
    damageMet += 1
    switch error {
    case .corrupted where damageMet < Receive.damageMetMax,
      .offsetTooOld where damageMet < Receive.damageMetMax:
      run()
    default: call.fail(Problem(error))
    }
  }
}
