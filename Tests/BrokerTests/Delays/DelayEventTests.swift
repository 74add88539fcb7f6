import Log
import Platform
import Support
import Testing

@testable import Broker

/// What is written into the journal is read back, and nothing else is taken for it.
@Suite struct DelayEventTests {
  private static let piece = DelayAnnouncement(
    number: 7, topic: 2, partition: 5, end: Offset(99),
    keys: [DelayKey(due: 10, number: 1), DelayKey(due: 11, number: 0)])

  private static func added() -> ByteBuffer {
    let records = DelayedRecords()
    for (index, text) in ["one", "two and more"].enumerated() {
      Array(text.utf8).withUnsafeBytes { bytes in
        records.append(
          due: 1000 + Int64(index), partition: index, key: nil, value: bytes,
          headers: RecordHeaders(), timestamp: nil)
      }
    }
    let buffer = ByteBuffer()
    DelayEventWriter(buffer: buffer).added(
      records, topic: 4, name: "orders", stamp: ProducerStamp(id: 1, epoch: 2, sequence: 3),
      first: 70)
    return buffer
  }

  private static func state() -> DelaySnapshot {
    var state = DelaySnapshot()
    (state.nextNumber, state.nextPiece, state.nextTopic, state.nextFile) = (5, 6, 7, 8)
    state.topics = [(3, DelayTopics.Topic(name: "t", waiting: 9, isGone: true))]
    state.files = [DelaySnapshot.RecordFile(number: 4, bytes: 1 << 40, live: 2)]
    state.buckets = [
      DelaySnapshot.Bucket(
        number: 5, level: 2, from: 86_400_000, records: 4, count: 3, earliest: 86_400_001,
        done: DelayMarks(words: [5]))
    ]
    state.pieces = [piece]
    state.forgottenThrough = 3
    state.transactions.restore(12, topic: "t", first: 1 << 40)
    state.producers[DelayProducers.Place(topic: 3, producer: 9)] = DelayProducers.Standing(
      epoch: 1, latestMilliseconds: 4,
      requests: [
        DelayedRequest(sequence: 7, first: 8, count: 2, dues: [5, 6]),
        DelayedRequest(sequence: 8, first: 10, count: 20_000, dues: [5]),
      ])
    return state
  }

  static func write(_ body: (DelayEventWriter) -> Void) -> ByteBuffer {
    let buffer = ByteBuffer()
    body(DelayEventWriter(buffer: buffer))
    return buffer
  }

  static func all() -> [ByteBuffer] {
    [
      added(), write { $0.announced([piece, piece]) },
      write { $0.settled([(7, .arrived), (8, .returned), (9, .dropped)]) },
      write { $0.cancelled(topic: 3, DelayKey(due: 5, number: 6)) }, write { $0.topicGone(9) },
      write { $0.state(state()) },
    ]
  }

  @Test func anAdditionComesBack() throws {
    let buffer = DelayEventTests.added()
    guard case .added(let addition) = try DelayEventReader.read(buffer.bytes) else {
      throw MalformedEvent()
    }
    #expect(addition.topic == 4 && addition.name == "orders" && addition.first == 70)
    #expect(addition.stamp == ProducerStamp(id: 1, epoch: 2, sequence: 3))
    #expect(addition.count == 2 && addition.due(1) == 1001 && addition.partition(1) == 1)
    let first = addition.size(0)
    let second = UnsafeRawBufferPointer(rebasing: addition.records[first...])
    let record = try #require(LooseRecord.read(second))
    #expect(record.value?.elementsEqual("two and more".utf8) == true)
    #expect(record.timestamp == -1)
  }

  @Test func theOthersComeBack() throws {
    let all = DelayEventTests.all()
    guard case .announced(let pieces) = try DelayEventReader.read(all[1].bytes),
      case .settled(let fates) = try DelayEventReader.read(all[2].bytes),
      case .cancelled(let topic, let key) = try DelayEventReader.read(all[3].bytes),
      case .topicGone(let gone) = try DelayEventReader.read(all[4].bytes),
      case .state(let state) = try DelayEventReader.read(all[5].bytes)
    else { throw MalformedEvent() }
    #expect(pieces == [DelayEventTests.piece, DelayEventTests.piece])
    #expect(fates.map(\.number) == [7, 8, 9])
    #expect(fates.map(\.fate) == [.arrived, .returned, .dropped])
    #expect(topic == 3 && key == DelayKey(due: 5, number: 6) && gone == 9)
    let again = DelayEventTests.write { $0.state(state) }
    #expect(again.array == all[5].array)
  }

  @Test func aSnapshotFromBeforeTransactionsWereThereIsRead() throws {
    var state = DelayEventTests.state()
    state.transactions = DelayTransactions()
    let event = DelayEventTests.write { $0.state(state) }
    var bytes = event.array.dropLast(4)
    bytes[0] = 6
    let read = try Array(bytes).withUnsafeBytes { try DelayEventReader.read($0) }
    guard case .state(let found) = read else { throw MalformedEvent() }
    #expect(DelayEventTests.write { $0.state(found) }.array == event.array)
  }

  @Test func whatIsCutShortOrTooLongIsRefused() {
    for event in DelayEventTests.all() {
      for count in 0..<event.count {
        #expect(throws: MalformedEvent.self) {
          try DelayEventReader.read(UnsafeRawBufferPointer(rebasing: event.bytes[..<count]))
        }
      }
      event.append(0)
      #expect(throws: MalformedEvent.self) {
        try DelayEventReader.read(event.bytes)
      }
    }
  }
}
