/// Reads group events back from where they were written one behind the other.
struct GroupEventReader: EventReading {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next event, or `nil` behind the last one.
  mutating func next() throws(MalformedEvent) -> GroupEvent? {
    guard position < bytes.count else { return nil }
    guard let kind = GroupEventKind(rawValue: try number()) else { throw MalformedEvent() }
    switch kind {
    case .groupStands:
      let name = try text()
      let count = Int(try number() as UInt32)
      return .groupStands(name: name, config: [UInt8](try take(count)))
    case .groupGone: return .groupGone(name: try text())
    case .joined:
      let id: UInt32 = try number()
      let group = try text()
      let topic = try text()
      let partition = Int(try number() as UInt32)
      return .joined(id: id, group: group, topic: topic, partition: partition, next: try number())
    case .left: return .left(id: try number())
    case .progress:
      let id: UInt32 = try number()
      let count = Int(try number() as UInt32)
      var changes: [ProgressChange] = []
      for _ in 0..<count { changes.append(try change()) }
      return .progress(id: id, changes)
    case .key:
      let count = Int(try number() as UInt32)
      return .key([UInt8](try take(count)))
    case .cursor:
      let group = try text()
      let topic = try text()
      let partition = Int(try number() as UInt32)
      let next: Int64 = try number()
      return .cursor(
        group: group, topic: topic, partition: partition,
        Cursor(nextOffset: next, metadata: try text()))
    }
  }

  private mutating func change() throws(MalformedEvent) -> ProgressChange {
    guard let kind = ProgressChangeKind(rawValue: try number()) else { throw MalformedEvent() }
    switch kind {
    case .begun: return .begun(upTo: try number())
    case .run:
      let offset: Int64 = try number()
      let count: UInt32 = try number()
      let attempt: UInt16 = try number()
      guard let condition = DeliveryRun.Condition(rawValue: try number()) else {
        throw MalformedEvent()
      }
      let due: Int64 = try number()
      let first: Int64 = try number()
      return .run(
        DeliveryRun(
          offset: offset, due: due, firstDelivery: first, lastDelivery: try number(),
          count: count, attempt: attempt, condition: condition))
    case .done:
      let from: Int64 = try number()
      let end: Int64 = try number()
      guard from <= end else { throw MalformedEvent() }
      return .done(from..<end)
    case .sought:
      let epoch: UInt32 = try number()
      return .sought(epoch: epoch, next: try number())
    }
  }
}
