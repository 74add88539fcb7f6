import Log
import Platform

/// Delivery in the order of the keys. Keys stand in no index: here alone messages are looked at
/// before they are chosen, once each, by a thread that may wait for the disk.
extension Group {
  /// So many messages' keys are learned at one go, or about so many bytes of messages.
  private static let learnedMax = 1024
  private static let learnedBytesMax = 1 << 20

  /// Leases what is free and has no earlier message of its key in front of it that is begun and not
  /// done, unless that one comes along for its first time. New messages that are held back are
  /// begun, and wait.
  func takeInOrder(
    _ wish: inout LeaseWish, from partition: GroupPartition, _ events: GroupEventWriter
  ) throws(LogError) {
    if let gap = gap(in: partition, for: wish) { return wish.ask(gap) }
    var order = KeyOrder(partition.keys, countMax: wish.records, runsMax: wish.runsLeft)
    try offerBegun(&order, wish, partition)
    let next = partition.progress.next
    var begun = order.isOver ? next : try offerNew(&order, &wish, partition)
    let slice = try choose(&order, wish, partition)
    if let slice, slice.nextOffset.value < begun { begun = max(next, slice.nextOffset.value) }
    var runs = fresh(order.chosen, wish, partition)
    let leased = runs
    if begun > next {
      for range in order.heldBack {
        let part = range.clamped(to: next..<begun)
        if !part.isEmpty { runs.append(Group.undelivered(part, now: wish.now)) }
      }
      runs.sort { $0.offset < $1.offset }
    }
    var changes = runs.map { ProgressChange.run($0) }
    if begun > next { changes.append(.begun(upTo: begun)) }
    if !changes.isEmpty { apply(changes, to: partition, events) }
    if let slice, !leased.isEmpty { add(leased, of: slice, to: &wish, partition) }
    if leased.isEmpty, let unknown = order.unknown {
      // Who has just tried knows why; the next one tries again.
      if wish.learned.contains(partition.id), let failure = partition.keys.failure(at: unknown) {
        wish.meet(failure)
      } else {
        wish.ask(KeyGap(id: partition.id, offset: unknown))
      }
    }
  }

  /// The next messages' keys, if fewer are known than are wanted, and that was not asked for yet.
  private func gap(in partition: GroupPartition, for wish: LeaseWish) -> KeyGap? {
    guard wish.tags == nil, !wish.learned.contains(partition.id) else { return nil }
    let next = partition.progress.next
    let room = KeyOrder.openMax - partition.progress.runs.messages
    let there = min(
      partition.log.offsets.highWatermark.value - next, Int64(min(room, wish.records)))
    let known = Int64(partition.keys.known(from: next))
    return known < there ? KeyGap(id: partition.id, offset: next + known) : nil
  }

  /// Offers messages that were begun.
  private func offerBegun(
    _ order: inout KeyOrder, _ wish: LeaseWish, _ partition: GroupPartition
  ) throws(LogError) {
    var wanted = try wantedAgain(wish, partition).map { $0[...] }
    partition.progress.runs.forEach(in: .min..<partition.progress.next) { run in
      guard run.isDue(wish.now) else {
        order.hold(run.range)
        return !order.isOver
      }
      // What comes again comes without those behind it.
      let again = run.attempt > 0
      guard wanted != nil else {
        order.offer(run.range, again: again)
        return !order.isOver
      }
      // What another tag wants holds its key all the same.
      var position = run.offset
      while position < run.end, !order.isOver {
        while let first = wanted!.first, first.upperBound <= position { wanted!.removeFirst() }
        let part = wanted!.first?.clamped(to: position..<run.end)
        let begin = part.map { $0.isEmpty ? run.end : $0.lowerBound } ?? run.end
        order.hold(position..<begin)
        position = part.map { max(begin, $0.upperBound) } ?? run.end
        order.offer(begin..<position, again: again)
      }
      return !order.isOver
    }
  }

  /// Of the messages that are free again those with a wanted tag; `nil` if tags do not matter.
  private func wantedAgain(
    _ wish: LeaseWish, _ partition: GroupPartition
  ) throws(LogError) -> [Range<Int64>]? {
    guard let tags = wish.tags else { return nil }
    var free: [Range<Offset>] = []
    partition.progress.runs.forEach { run in
      if run.isDue(wish.now) { free.append(Offset(run.offset)..<Offset(run.end)) }
    }
    guard let first = free.first, let last = free.last else { return [] }
    var request = ReadRequest(offset: first.lowerBound, maxBytes: .max, tags: tags)
    request.end = last.upperBound
    request.chosen = free
    request.wantsRuns = true
    return try partition.log.read(request).runs.map { $0.lowerBound.value..<$0.upperBound.value }
  }

  /// Offers messages that were never begun; gives the offset behind those that were looked at.
  private func offerNew(
    _ order: inout KeyOrder, _ wish: inout LeaseWish, _ partition: GroupPartition
  ) throws(LogError) -> Int64 {
    let next = partition.progress.next
    let room = KeyOrder.openMax - partition.progress.runs.messages
    guard room > 0 else { return next }
    guard let tags = wish.tags else {
      let end = partition.log.offsets.highWatermark.value
      return order.offer(next..<max(next, min(end, next + Int64(room))))
    }
    var request = ReadRequest(
      offset: Offset(next), maxBytes: .max, maxRecords: room, tags: tags)
    request.wantsRuns = true
    request.passedMax = LeaseWish.batchesPassedMax
    let slice: LogSlice
    do {
      slice = try partition.log.read(request)
    } catch {
      // What was begun and may go does not wait for that; the next look meets with it.
      if order.chosen.isEmpty { throw error }
      return next
    }
    let limit = slice.recordLimitOffset.value
    for run in slice.runs {
      let range = max(run.lowerBound.value, next)..<min(run.upperBound.value, limit)
      let looked = order.offer(range)
      if order.isOver { return looked }
    }
    wish.isUnfinished = slice.rest != nil
    return max(next, limit)
  }

  /// Chooses the batches of the messages that may go, as many as there is room for.
  private func choose(
    _ order: inout KeyOrder, _ wish: LeaseWish, _ partition: GroupPartition
  ) throws(LogError) -> LogSlice? {
    guard let first = order.chosen.first, let last = order.chosen.last else { return nil }
    var request = ReadRequest(
      offset: Offset(first.lowerBound), maxBytes: wish.bytes, tags: wish.tags)
    request.end = Offset(last.upperBound)
    request.chosen = order.chosen.map { Offset($0.lowerBound)..<Offset($0.upperBound) }
    request.regionsMax = min(request.regionsMax, wish.runsLeft)
    request.wantsRuns = true
    let slice = try partition.log.read(request)
    var runs = slice.runs[...]
    order.keep { offset in
      while let run = runs.first, run.upperBound.value <= offset { runs.removeFirst() }
      return runs.first.map { $0.lowerBound.value <= offset } ?? false
    }
    return slice
  }

  /// What becomes of messages that are leased now.
  private func fresh(
    _ chosen: [Range<Int64>], _ wish: LeaseWish, _ partition: GroupPartition
  ) -> [DeliveryRun] {
    var fresh: [DeliveryRun] = []
    for range in chosen {
      if range.lowerBound >= partition.progress.next {
        fresh.append(Group.undelivered(range, now: wish.now).leased(wish))
      } else {
        partition.progress.runs.forEach(in: range) { run in
          fresh.append(run.leased(wish))
          return true
        }
      }
    }
    return fresh
  }

  private func add(
    _ leased: [DeliveryRun], of slice: LogSlice, to wish: inout LeaseWish,
    _ partition: GroupPartition
  ) {
    var batches = slice.runs[...]
    let runs = leased.map { run in
      while let batch = batches.first, batch.upperBound.value <= run.offset {
        batches.removeFirst()
      }
      let batch = batches.first ?? Offset(run.offset)..<Offset(run.offset)
      return wish.leased(run.range, attempt: run.attempt, of: batch)
    }
    wish.add(slice, runs, of: partition)
  }

  /// Learns the keys that a receive could not go on without. Waits for the disk.
  public func learnKeys(_ gap: KeyGap) {
    guard let log = state.withLock({ $0.byID[gap.id]?.log }) else { return }
    var learned: [UInt64] = []
    var failure: LogError?
    do throws(LogError) {
      try Group.readKeys(of: log, from: Offset(gap.offset), into: &learned)
    } catch {
      failure = error
    }
    state.withLock { state in
      guard let partition = state.byID[gap.id] else { return }
      partition.keys.add(learned, from: gap.offset)
      if partition.keys.offsets.count > 4 * KeyOrder.openMax {
        partition.keys.forget(partition.progress)
      }
      // What retention took meanwhile the next look passes.
      if case .offsetTooOld = failure { return }
      if let failure { partition.keys.fail(at: gap.offset + Int64(learned.count), failure) }
    }
  }

  private static func readKeys(
    of log: any RecordLog, from offset: Offset, into learned: inout [UInt64]
  ) throws(LogError) {
    let slice = try log.read(
      ReadRequest(offset: offset, maxBytes: learnedBytesMax, maxRecords: learnedMax))
    let reader = SliceReader(slice)
    while let (header, bytes) = try reader.nextWaiting() {
      do throws(RecordReader.Failure) {
        var records = try RecordReader(bytes, header: header)
        while let record = try records.next(), record.offset < slice.recordLimitOffset {
          if record.offset >= offset { learned.append(KeyWindow.hash(record.key)) }
        }
      } catch {
        throw reader.malformed()
      }
    }
  }
}
