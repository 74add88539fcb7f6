import Log
import Platform
import Support
import Testing

/// Records outside of batches, and the files they are kept in.
@Suite struct LooseRecordTests {
  private static func bytes(_ array: [UInt8]) -> ByteBuffer {
    let buffer = ByteBuffer()
    buffer.append(array)
    return buffer
  }

  private static func make(timestamp: Int64?) -> ByteBuffer {
    let headers = RecordHeaders()
    headers.setTag(Tag("red")!)
    let (name, value) = (bytes([1]), bytes([5, 6]))
    headers.add(name: name.bytes, value: nil)
    let buffer = ByteBuffer()
    buffer.append([9, 9])
    LooseRecord.append(
      key: nil, value: value.bytes, headers: headers, timestamp: timestamp, to: buffer)
    buffer.consume(2)
    return withExtendedLifetime((name, value)) { buffer }
  }

  @Test func aRecordComesBack() throws {
    let buffer = LooseRecordTests.make(timestamp: 77)
    let record = try #require(LooseRecord.read(buffer.bytes))
    #expect(record.key == nil)
    #expect(record.value.map { Array($0) } == [5, 6])
    #expect(record.timestamp == 77 && record.headerCount == 2)
    #expect(record.tag.map { Array($0) } == Array("red".utf8))
    let none = LooseRecordTests.make(timestamp: nil)
    #expect(LooseRecord.read(none.bytes)?.timestamp == -1)
  }

  @Test func whatWasChangedIsRefused() {
    let buffer = LooseRecordTests.make(timestamp: 77)
    for position in 0..<buffer.count {
      let changed = ByteBuffer(capacity: buffer.count)
      changed.append(buffer.bytes)
      changed.mutableBytes[position] ^= 0x10
      #expect(LooseRecord.read(changed.bytes) == nil, "\(position)")
    }
    for count in 0..<buffer.count {
      #expect(LooseRecord.read(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])) == nil)
    }
  }
}
