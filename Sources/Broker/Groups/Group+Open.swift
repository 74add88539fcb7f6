import Log
import Platform

extension Group {
  /// The messages of a partition in `range` that are not done, as runs of offsets.
  func open(_ topic: Topic, _ number: Int, in range: Range<Int64>) -> [Range<Int64>] {
    guard !range.isEmpty else { return [] }
    return state.withLock { state in
      guard let partition = state.partition(topic.name, number) else { return [range] }
      var open: [Range<Int64>] = []
      func add(_ part: Range<Int64>) {
        if let last = open.last, last.upperBound == part.lowerBound {
          open[open.count - 1] = last.lowerBound..<part.upperBound
        } else if !part.isEmpty {
          open.append(part)
        }
      }
      partition.progress.runs.forEach(in: range) { run in
        add(run.range)
        return true
      }
      let next = max(partition.progress.next, range.lowerBound)
      if next < range.upperBound { add(next..<range.upperBound) }
      return open
    }
  }

  /// How many messages of a partition are not done.
  func openCount(_ topic: Topic, _ number: Int) -> Int {
    let offsets = topic.partitions[number].offsets
    let all = offsets.logStart.value..<max(offsets.logStart.value, offsets.highWatermark.value)
    return self.open(topic, number, in: all).reduce(0) { $0 + $1.count }
  }

  /// Notes that some messages of a partition are done, and that those before `end` were looked at.
  /// Waits for the disk.
  func settleOpen(
    _ topic: Topic, _ number: Int, done: [Range<Int64>], upTo end: Int64
  ) throws(LogError) {
    let events = GroupEventWriter(buffer: ByteBuffer())
    let written = Mailbox<Result<Void, BrokerError>>()
    try state.withLock { state throws(LogError) in
      guard let partition = try? partition(&state, topic, number, events) else { throw .closed }
      let next = partition.progress.next
      var changes: [ProgressChange] = []
      // What was passed over is kept as given back, to be had at once.
      if next < end {
        changes.append(
          .run(
            DeliveryRun(
              offset: next, due: 0, firstDelivery: 0, lastDelivery: 0, count: UInt32(end - next),
              attempt: 0, condition: .waiting)))
        changes.append(.begun(upTo: end))
      }
      changes += done.map { .done($0) }
      apply(changes, to: partition, events)
      journal.append(events.buffer, .committed, sink: DirectSink()) { written.post($0) }
    }
    try journal.wait(for: written)
  }
}
