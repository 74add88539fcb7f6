import Platform
import Testing

@testable import Broker

/// What the journal keeps of groups comes back as it was.
@Suite struct GroupEventTests {
  private static let events: [GroupEvent] = [
    .key([UInt8](0..<16)),
    .groupStands(name: "g", config: Array("{}".utf8)),
    .joined(id: 7, group: "g", topic: "t-é", partition: 3, next: 1 << 40),
    .progress(
      id: 7,
      [
        .sought(epoch: .max, next: 5), .begun(upTo: 9),
        .run(
          DeliveryRun(
            offset: 5, due: -1, firstDelivery: 1, lastDelivery: 2, count: .max, attempt: .max,
            condition: .dying)),
        .done(6..<9),
      ]),
    .cursor(group: "g", topic: "t", partition: 0, Cursor(nextOffset: 3, metadata: "ü")),
    .left(id: 7), .groupGone(name: "g"),
  ]

  private static func written() -> ByteBuffer {
    let buffer = ByteBuffer()
    for event in events { GroupEventWriter(buffer: buffer).write(event) }
    return buffer
  }

  @Test func everyEventComesBack() throws {
    let buffer = GroupEventTests.written()
    var reader = GroupEventReader(buffer.bytes)
    var read: [GroupEvent] = []
    while let event = try reader.next() { read.append(event) }
    #expect(read == GroupEventTests.events)
  }

  @Test func cutShortAnywhereItIsMalformedOrTheEventsBeforeTheCut() {
    let buffer = GroupEventTests.written()
    for length in 0..<buffer.count {
      var reader = GroupEventReader(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<length]))
      var read: [GroupEvent] = []
      while let event = try? reader.next() { read.append(event) }
      #expect(GroupEventTests.events.starts(with: read))
    }
  }

  @Test func unknownKindsAreMalformed() {
    for kind in [UInt8](8...255) + [0] {
      [kind].withUnsafeBytes { bytes in
        var reader = GroupEventReader(bytes)
        #expect(throws: MalformedEvent.self) { try reader.next() }
      }
    }
  }
}
