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

  /// So many timers are kept before it is worth looking for cancelled ones.
  private static let keptMin = 64

  private var heap = Heap<Entry>()
  /// With so many timers, those that were cancelled are let go: a wait that is over may have been
  /// for minutes.
  private var keptMax = TimerQueue.keptMin

  /// How many timers are kept, cancelled ones included.
  var count: Int { heap.count }

  /// When the next timer is due; `nil` if there is none.
  var nextDue: MonotonicTime? { heap.min?.due }

  mutating func add(_ timer: LoopTimer, due: MonotonicTime) {
    if heap.count >= keptMax { letCancelledGo() }
    heap.insert(Entry(due: due, timer: timer))
  }

  private mutating func letCancelledGo() {
    heap = Heap(heap.unordered.filter { !$0.timer.isCancelled })
    keptMax = max(TimerQueue.keptMin, heap.count * 2)
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
