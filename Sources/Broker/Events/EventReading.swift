/// Takes the fields of a journal's events out of the bytes they were written into: numbers
/// big-endian, texts with their length in front. What `EventWriting` puts.
protocol EventReading {
  /// What was written.
  var bytes: UnsafeRawBufferPointer { get }
  /// How far it was read.
  var position: Int { get set }
}

extension EventReading {
  mutating func number<Number: FixedWidthInteger>() throws(MalformedEvent) -> Number {
    let raw = try take(MemoryLayout<Number>.size)
    return Number(bigEndian: raw.loadUnaligned(as: Number.self))
  }

  mutating func text() throws(MalformedEvent) -> String {
    let count = Int(try number() as UInt16)
    return String(decoding: try take(count), as: UTF8.self)
  }

  mutating func take(_ count: Int) throws(MalformedEvent) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - position else { throw MalformedEvent() }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
  }
}
