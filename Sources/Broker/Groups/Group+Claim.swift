import Log
import Platform

/// Acks that take effect with a transaction. A receipt counts here only if it stands for messages
/// that are all open and were delivered last with it: an ack that comes twice is harmless, output
/// that comes twice is not.
extension Group {
  /// How long a claimed lease holds at least, in milliseconds: longer than any sync of a journal.
  private static let claimMilliseconds: Int64 = 300_000

  /// For each receipt whether a transaction may ack it now.
  ///
  /// - Parameter receipts: `nil` stands for one that was not signed here.
  public func holds(_ receipts: [Receipt?]) -> [Bool] {
    state.withLock { state in
      receipts.map { receipt in
        receipt.map { $0.items.allSatisfy { holds($0, state) } } ?? false
      }
    }
  }

  private func holds(_ item: ReceiptItem, _ state: GroupState) -> Bool {
    guard !state.isDeleted, !state.isClaimed(item), let partition = state.byID[item.id],
      partition.progress.standing(item.range, attempt: item.attempt, epoch: item.epoch) == .current
    else { return false }
    var open = 0
    partition.progress.runs.forEach(in: item.range) { run in
      open += Int(run.count)
      return true
    }
    return open == item.range.count
  }

  /// Makes sure that no crash forgets that these messages were delivered, which is usually noted
  /// only with the next thing somebody waits for. `completion` runs on the writer's thread.
  func keep(
    _ items: [ReceiptItem], _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) {
    let events = GroupEventWriter(buffer: ByteBuffer(capacity: 256))
    state.withLock { state in
      var kept: Set<UInt32> = []
      for item in items {
        guard let partition = state.byID[item.id], kept.insert(item.id).inserted else { continue }
        // Nothing new: that it is on the disk says that all before it is.
        events.write(item.id, [.begun(upTo: partition.progress.next)])
      }
      if !events.buffer.isEmpty {
        journal.append(events.buffer, .committed, sink: DirectSink(), completion)
      }
    }
    if events.buffer.isEmpty { completion(.success(())) }
  }

  /// Takes messages in hand for a commit that is on its way to the disk: until it is there, or has
  /// failed, they are not delivered, and no other receipt of theirs counts.
  ///
  /// - Returns: false, and nothing is claimed, if one of them is not to be had.
  func claim(_ items: [ReceiptItem], now: Int64) -> Bool {
    state.withLock { state in
      guard items.allSatisfy({ holds($0, state) }) else { return false }
      for item in items {
        guard let partition = state.byID[item.id] else { continue }
        lengthen(item, of: partition, until: now + Group.claimMilliseconds)
        state.claims[item.id, default: []].append(item.range)
      }
      return true
    }
  }

  /// Gives messages up that were claimed: their lease is a fresh one.
  func release(_ items: [ReceiptItem], now: Int64) {
    state.withLock { state in
      let due = now + state.config.leaseMilliseconds
      for item in items {
        state.dropClaim(item)
        guard let partition = state.byID[item.id],
          partition.progress.standing(item.range, attempt: item.attempt, epoch: item.epoch)
            == .current
        else { continue }
        lease(item, of: partition) { _ in due }
      }
    }
  }

  /// Acks messages that were claimed, or would be if their claim had not gone with the process. A
  /// seek or the end of their topic or group makes that void. `completion` runs on the writer's
  /// thread once it is on the disk.
  func settleClaimed(
    _ items: [ReceiptItem], _ completion: @escaping @Sendable (Result<Void, BrokerError>) -> Void
  ) {
    let events = GroupEventWriter(buffer: ByteBuffer(capacity: 256))
    let isOrdered = state.withLock { state in
      for item in items {
        state.dropClaim(item)
        guard !state.isDeleted, let partition = state.byID[item.id],
          partition.progress.epoch == item.epoch
        else { continue }
        partition.progress.runs.forEach(in: item.range) { run in
          partition.counts.acked += Int(run.count)
          return true
        }
        apply([.done(item.range)], to: partition, events)
      }
      if !events.buffer.isEmpty {
        journal.append(events.buffer, .committed, sink: DirectSink(), completion)
      }
      return state.config.isOrdered
    }
    if events.buffer.isEmpty { completion(.success(())) }
    // What an ordered group holds back waits for these.
    if isOrdered { wakeWaiters() }
  }

  /// In memory alone: a crash ends the claim.
  private func lengthen(_ item: ReceiptItem, of partition: GroupPartition, until due: Int64) {
    lease(item, of: partition) { max($0, due) }
  }

  private func lease(
    _ item: ReceiptItem, of partition: GroupPartition, _ due: (Int64) -> Int64
  ) {
    var runs: [DeliveryRun] = []
    partition.progress.runs.forEach(in: item.range) { run in
      runs.append(run)
      return true
    }
    for var run in runs {
      run.condition = .leased
      run.due = due(run.due)
      partition.progress.apply(.run(run))
    }
  }
}
