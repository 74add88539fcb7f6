import Broker
import HTTPServer
import Log
import Platform

/// One look at transactions whose check is due: takes them, waits for some if it may, answers.
/// Belongs to its loop.
final class Unresolved {
  private let call: Call
  private let group: String
  private let limit: Int
  private let waitMilliseconds: Int
  private var timer: LoopTimer?
  private var waiter: LogWaiter?
  private var isWaiting = false
  private var waitIsOver: Bool

  init(_ call: Call, group: String, limit: Int, waitMilliseconds: Int) {
    self.call = call
    self.group = group
    self.limit = limit
    self.waitMilliseconds = waitMilliseconds
    waitIsOver = waitMilliseconds == 0
  }

  /// Takes what is due, and answers unless that is nothing and the request may wait.
  func run() {
    guard !call.exchange.isGone else { return endWait() }
    let now = call.broker.now()
    let taken = call.broker.transactions.takeDue(group, limit: limit, now: now)
    if taken.isEmpty, !waitIsOver { return wait(now) }
    endWait()
    TransactionsResource.answer(call, taken, next: nil)
  }

  private func wait(_ now: Int64) {
    if !isWaiting {
      guard call.service.countWaiterIn(limit: call.broker.limits.waitersMax) else {
        var problem = Problem(.tooManyRequests, "too_many_waiters", "Too many requests wait.")
        problem.retryAfterSeconds = 1
        return call.fail(problem)
      }
      isWaiting = true
      timer = call.exchange.after(milliseconds: waitMilliseconds) { [self] in giveUp() }
      call.exchange.onDrain = { [self] in giveUp() }
      call.exchange.onGone = { [self] in
        _ = self.waiter?.claim()
        endWait()
      }
    }
    forget()
    let bound = ThreadBound(self)
    let waiter = LogWaiter(sink: call.exchange.sink) { bound.value.run() }
    self.waiter = waiter
    // A check may have fallen due between the look and this line: then look again at once.
    if !call.broker.transactions.hold(waiter, for: group, now: now), waiter.claim() { run() }
  }

  /// The time is up, unless a check won: then its job is on the way and answers.
  private func giveUp() {
    waitIsOver = true
    guard let waiter, waiter.claim() else { return }
    run()
  }

  private func forget() {
    if let waiter { call.broker.transactions.forget(waiter, of: group) }
    // The waiter's job holds this look.
    waiter = nil
  }

  private func endWait() {
    timer?.cancel()
    timer = nil
    forget()
    call.exchange.onDrain = nil
    call.exchange.onGone = nil
    if isWaiting { call.service.countWaiterOut() }
    isWaiting = false
  }
}
