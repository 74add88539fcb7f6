import Log
import Platform
import Testing

@testable import Broker

/// What the journal keeps of transactions comes back as it was.
@Suite struct TransactionEventTests {
  private static let events: [TransactionEvent] = [
    .counted(1 << 40),
    .prepared(
      TransactionPreparation(
        id: TransactionID(number: 7, secret: .max), producerGroup: "g-é", preparedAt: 1,
        nextCheck: 6001,
        lanes: [
          TransactionLane(topic: "t", partition: 3, count: 2, content: [1, 2, 3]),
          TransactionLane(topic: "u", partition: 0, count: 1, content: []),
          TransactionLane(topic: "u", partition: nil, count: 1, content: [4, 5]),
        ],
        acks: [
          TransactionAcks(
            group: "c",
            items: [ReceiptItem(id: 1, epoch: .max, offset: 1 << 40, count: 3, attempt: 2)])
        ], acked: 3)),
    .checked(number: 7, checks: 15, next: 1 << 41),
    .committed(
      number: 7, at: 5, fates: [.pending(from: Offset(9)), .dropped, .pending(from: .zero)]),
    .done(
      number: 7,
      fates: [.stored(Offset(10)), .dropped, .scheduled(first: .max, dues: [1, 1 << 40])]
    ), .done(number: 9, fates: [.open, .scheduled(first: 0, dues: [])]),
    .rolledBack(number: 8, at: 6, .receipts),
  ]

  private static func written() -> ByteBuffer {
    let buffer = ByteBuffer()
    for event in events { TransactionEventWriter(buffer: buffer).write(event) }
    return buffer
  }

  @Test func everyEventComesBack() throws {
    let buffer = TransactionEventTests.written()
    var reader = TransactionEventReader(buffer.bytes)
    var read: [TransactionEvent] = []
    while let event = try reader.next() { read.append(event) }
    #expect(read == TransactionEventTests.events)
  }

  @Test func cutShortAnywhereItIsMalformedOrTheEventsBeforeTheCut() {
    let buffer = TransactionEventTests.written()
    for length in 0..<buffer.count {
      var reader = TransactionEventReader(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<length]))
      var read: [TransactionEvent] = []
      while let event = try? reader.next() { read.append(event) }
      #expect(TransactionEventTests.events.starts(with: read))
    }
  }

  @Test func unknownKindsAreMalformed() {
    for kind in [UInt8](7...255) + [0] {
      [kind].withUnsafeBytes { bytes in
        var reader = TransactionEventReader(bytes)
        #expect(throws: MalformedEvent.self) { try reader.next() }
      }
    }
  }

  @Test func namesAreReadAsTheyAreWrittenAndInNoOtherWay() {
    let id = TransactionID(number: 255, secret: 1)
    let text = "00000000000000ff0000000000000001"
    #expect(id.description == text)
    #expect(TransactionID(text) == id)
    let others = [
      "", "0", String(text.dropLast()), text + "0", text.uppercased(), "g" + text.dropFirst(),
      "+" + text.dropFirst(), "-" + text.dropFirst(), "é" + text.dropFirst(2),
      String(repeating: "f", count: 32),
    ]
    for other in others { #expect(TransactionID(other) == nil, "\(other)") }
  }

  @Test func anEventThatComesTwiceChangesNothing() {
    var once = TransactionReplay()
    for event in TransactionEventTests.events { once.apply(event) }
    var twice = TransactionReplay()
    for event in TransactionEventTests.events + TransactionEventTests.events { twice.apply(event) }
    #expect(once.lastNumber == twice.lastNumber)
    #expect(once.transactions[7]?.state == twice.transactions[7]?.state)
    #expect(once.commits == twice.commits)
  }
}
