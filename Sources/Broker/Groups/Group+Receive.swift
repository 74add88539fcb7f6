import Log
import Platform

extension Group {
  /// Leases what is free, messages that come again before new ones; nothing if nothing is.
  ///
  /// What cannot be read is passed over, and stays for later, unless the group keeps the order;
  /// where nothing else is free, the reason is thrown.
  ///
  /// Who is looked at first goes round topics and partitions. A lease with a gap is not the answer
  /// yet: with what it asks for, the receive is to be tried again.
  public func receive(_ request: ReceiveRequest, now: Int64) throws(BrokerError) -> Lease {
    let events = GroupEventWriter(buffer: ByteBuffer(capacity: 256))
    return try state.withLock { state throws(BrokerError) -> Lease in
      if state.isDeleted { throw .groupNotFound(name) }
      defer { if !events.buffer.isEmpty { journal.note(events.buffer) } }
      var wish = LeaseWish(request, config: state.config, now: now)
      let turn = state.turn
      state.turn &+= 1
      let topics = request.topics
      for step in 0..<topics.count {
        let topic = topics[(Turn.topic(turn, of: topics.count) + step) % topics.count]
        let count = topic.partitions.count
        for place in 0..<count {
          let number = (Turn.partition(turn, of: count, topics: topics.count) + place) % count
          let partition = try partition(&state, topic, number, events)
          take(&wish, from: partition, events)
          if wish.gap != nil {
            // The same turn comes again once that is known.
            state.turn = turn
            return wish.lease(isUnfinished: true, wakes: state.wakes)
          }
          if wish.isFull || request.fromOnePartition && !wish.parts.isEmpty {
            return wish.lease(isUnfinished: wish.isUnfinished, wakes: state.wakes)
          }
        }
      }
      if wish.parts.isEmpty, let failure = wish.failure { throw .log(failure) }
      return wish.lease(isUnfinished: false, wakes: state.wakes)
    }
  }

  private func take(
    _ wish: inout LeaseWish, from partition: GroupPartition, _ events: GroupEventWriter
  ) {
    clip(partition, events)
    partition.counts.expired += partition.progress.advance(
      to: wish.now, attemptsMax: wish.config.maxAttempts)
    do throws(LogError) {
      if wish.config.isOrdered {
        try takeInOrder(&wish, from: partition, events)
      } else {
        try takeReady(&wish, from: partition, events)
        if !wish.isFull { try takeNew(&wish, from: partition, events) }
      }
    } catch {
      // Retention was faster: the next look begins behind what it took.
      if case .offsetTooOld = error { return }
      // Other partitions may have something; if not, this is the answer.
      wish.meet(error)
    }
  }

  private func takeReady(
    _ wish: inout LeaseWish, from partition: GroupPartition, _ events: GroupEventWriter
  ) throws(LogError) {
    if let from = wish.searched[partition.id] {
      return try takeReady(&wish, from: partition, at: from, events)
    }
    var passed: [DeliveryRun] = []
    defer { for run in passed.reversed() { partition.progress.putBack(run) } }
    while !wish.isFull, let run = partition.progress.takeReady() {
      do throws(LogError) {
        passed += try again(&wish, run, partition, events)
      } catch {
        passed.append(run)
        throw error
      }
      if passed.count > LeaseWish.passedMax, !wish.isFull {
        return wish.interrupt(partition, at: .min)
      }
    }
  }

  /// Goes on by offset where there are too many that were not wanted to look at them in one go.
  private func takeReady(
    _ wish: inout LeaseWish, from partition: GroupPartition, at offset: Int64,
    _ events: GroupEventWriter
  ) throws(LogError) {
    var offset = offset
    for _ in 0..<LeaseWish.passedMax {
      if wish.isFull { return }
      guard let run = partition.progress.firstReady(from: offset, now: wish.now) else {
        return wish.noteSearched(partition)
      }
      _ = try again(&wish, run, partition, events)
      offset = run.end
    }
    if !wish.isFull { wish.interrupt(partition, at: offset) }
  }

  /// Leases messages that were delivered before; gives those that were not wanted or did not fit.
  private func again(
    _ wish: inout LeaseWish, _ run: DeliveryRun, _ partition: GroupPartition,
    _ events: GroupEventWriter
  ) throws(LogError) -> [DeliveryRun] {
    var request = ReadRequest(
      offset: Offset(run.offset), maxBytes: wish.bytes,
      maxRecords: min(wish.records, Int(run.count)),
      tags: wish.tags)
    request.end = Offset(run.end)
    request.wantsRuns = true
    request.regionsMax = min(request.regionsMax, wish.runsLeft)
    request.passesDamage = true
    let slice = try partition.log.read(request)
    if let damage = slice.passedDamage { wish.meet(damage.error) }
    let limit = min(run.end, slice.recordLimitOffset.value)
    var left: [DeliveryRun] = []
    var changes: [ProgressChange] = []
    var leased: [LeasedRun] = []
    var position = run.offset
    for batch in slice.runs {
      let range = max(batch.lowerBound.value, run.offset)..<min(batch.upperBound.value, limit)
      guard !range.isEmpty else { continue }
      if range.lowerBound > position { left.append(run.cut(to: position..<range.lowerBound)) }
      let fresh = run.cut(to: range).leased(wish)
      changes.append(.run(fresh))
      leased.append(wish.leased(range, attempt: fresh.attempt, of: batch))
      position = range.upperBound
    }
    if position < run.end { left.append(run.cut(to: position..<run.end)) }
    if !leased.isEmpty {
      apply(changes, to: partition, events)
      wish.add(slice, leased, of: partition)
    }
    return left
  }

  private func takeNew(
    _ wish: inout LeaseWish, from partition: GroupPartition, _ events: GroupEventWriter
  ) throws(LogError) {
    guard partition.progress.runs.runCount < runsMax else { return }
    let next = partition.progress.next
    var request = ReadRequest(
      offset: Offset(next), maxBytes: wish.bytes, maxRecords: wish.records, tags: wish.tags)
    request.wantsRuns = true
    request.regionsMax = min(request.regionsMax, wish.runsLeft)
    request.passedMax = LeaseWish.batchesPassedMax
    request.passesDamage = true
    var slice = try partition.log.read(request)
    if request.offset > slice.runs.first?.lowerBound ?? request.offset, wish.wantsWholeBatches {
      // The rest of a batch that was begun goes by itself, what follows goes in whole batches.
      request.maxRecords = 1
      slice = try partition.log.read(request)
    }
    wish.isUnfinished = slice.rest != nil
    let limit = (wish.wantsWholeBatches ? slice.nextOffset : slice.recordLimitOffset).value
    guard limit > next else { return }
    var changes: [ProgressChange] = []
    var leased: [LeasedRun] = []
    if let damage = slice.passedDamage {
      wish.meet(damage.error)
      changes.append(.run(Group.undelivered(next..<damage.end.value, now: wish.now)))
    }
    for batch in slice.runs {
      let range = max(batch.lowerBound.value, next)..<min(batch.upperBound.value, limit)
      guard !range.isEmpty else { continue }
      changes.append(.run(Group.undelivered(range, now: wish.now).leased(wish)))
      leased.append(wish.leased(range, attempt: 1, of: batch))
    }
    changes.append(.begun(upTo: limit))
    apply(changes, to: partition, events)
    if !leased.isEmpty { wish.add(slice, leased, of: partition) }
  }

  /// Messages that are begun and could not be delivered: they wait until they can.
  static func undelivered(_ range: Range<Int64>, now: Int64) -> DeliveryRun {
    DeliveryRun(
      offset: range.lowerBound, due: now, firstDelivery: now, lastDelivery: now,
      count: UInt32(clamping: range.count), attempt: 0, condition: .waiting)
  }

  /// Takes back messages that were leased and could not be read when they were to be sent: nobody
  /// has seen their receipts, and the delivery does not count.
  public func giveBack(_ parts: [LeasedPart], now: Int64) {
    let events = GroupEventWriter(buffer: ByteBuffer(capacity: 256))
    state.withLock { state in
      for part in parts {
        guard let partition = state.byID[part.id], partition.progress.epoch == part.epoch
        else { continue }
        var changes: [ProgressChange] = []
        for run in part.runs {
          partition.progress.runs.forEach(in: run.range) { known in
            guard known.condition == .leased, known.attempt == run.attempt else { return true }
            var back = known
            back.attempt -= 1
            back.condition = .waiting
            back.due = now
            changes.append(.run(back))
            return true
          }
        }
        apply(changes, to: partition, events)
      }
      if !events.buffer.isEmpty { journal.note(events.buffer) }
    }
  }
}
