import HeapModule
import Platform

/// A loop's timers: closures that run at an instant, unless they were cancelled before.
struct TimerQueue {
  private struct Entry: Comparable {
    let due: MonotonicTime
    let timer: LoopTimer

    static func < (left: Entry, right: Entry) -> Bool { left.due < right.due }
    static func == (left: Entry, right: Entry) -> Bool { left.due == right.due }
  }

  private var heap = Heap<Entry>()

  /// When the next timer is due; `nil` if there is none.
  var nextDue: MonotonicTime? { heap.min?.due }

  mutating func add(_ timer: LoopTimer, due: MonotonicTime) {
    heap.insert(Entry(due: due, timer: timer))
  }

  /// Takes out a timer that is due and still wanted.
  mutating func popDue(_ now: MonotonicTime) -> LoopTimer? {
    while let first = heap.min, first.due <= now || first.timer.isCancelled {
      heap.removeMin()
      if !first.timer.isCancelled { return first.timer }
    }
    return nil
  }
}
