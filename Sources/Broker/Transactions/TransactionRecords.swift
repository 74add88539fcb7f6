import Log

/// The records of a transaction for one partition, or those for one topic that are delivered later,
/// as long as they are held.
public struct TransactionRecords: Sendable {
  /// The topic.
  public let topic: String
  private let lane: TransactionLane

  init(_ lane: TransactionLane) {
    topic = lane.topic
    self.lane = lane
  }

  /// Hands each record to `body` with its partition and the time of its delivery, valid during the
  /// call; its offset counts within its batch, and its time is -1 if it gets that of its delivery.
  public func forEach(_ body: (Record, Int, DeliveryTime) -> Void) {
    lane.content.withUnsafeBytes { bytes in
      guard let partition = lane.partition else { return forEachDelayed(bytes, body) }
      var rest = bytes
      while let header = BatchHeader(rest), header.size <= rest.count,
        var records = try? RecordReader(rest, header: header)
      {
        while let record = try? records.next() { body(record, partition, .now) }
        rest = UnsafeRawBufferPointer(rebasing: rest[header.size...])
      }
    }
  }

  private func forEachDelayed(
    _ bytes: UnsafeRawBufferPointer, _ body: (Record, Int, DeliveryTime) -> Void
  ) {
    guard let kept = DelayAddition(kept: bytes, count: lane.count) else { return }
    var position = 0
    for index in 0..<kept.count {
      let end = position + kept.size(index)
      let record = UnsafeRawBufferPointer(rebasing: kept.records[position..<end])
      position = end
      guard let record = LooseRecord.read(record) else { continue }
      body(record, Int(kept.partition(index)), DeliveryTime(kept: kept.due(index)))
    }
  }
}
