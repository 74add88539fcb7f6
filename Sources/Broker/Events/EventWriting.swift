import Platform

/// Puts the fields of a journal's events one behind the other: numbers big-endian, texts with their
/// length in front. What `EventReading` takes.
protocol EventWriting {
  /// Where they go.
  var buffer: ByteBuffer { get }
}

extension EventWriting {
  func put<Kind: RawRepresentable>(_ kind: Kind) where Kind.RawValue == UInt8 {
    buffer.append(kind.rawValue)
  }

  func put(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { buffer.append($0) }
  }

  func put(_ text: String) {
    put(UInt16(text.utf8.count))
    buffer.append(text)
  }
}
