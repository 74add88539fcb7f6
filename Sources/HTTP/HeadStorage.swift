/// What a `RequestHead` knows, in one allocation: the header, then the field lines, then the bytes
/// of the head. It is written once, while it is parsed, and only read after that.

final class HeadStorage: ManagedBuffer<HeadStorage.Header, FieldLine> {
  struct Header: Sendable {
    var method = Method.other
    var version = Version.http11
    var framing = BodyFraming.none
    var keepAlive = false
    var expectsContinue = false
    var seen: UInt32 = 0
    var lineCount = 0
    var byteCount = 0
    var methodName = Extent.empty
    var target = Extent.empty
    var authority = Extent.empty
    var path = Extent.empty
    var query = Extent.empty
  }

  /// A copy of `head`, with room for its field lines, which are not yet known.
  static func make(_ head: UnsafeRawBufferPointer, lineCount: Int) -> HeadStorage {
    let stride = MemoryLayout<FieldLine>.stride
    let buffer = create(minimumCapacity: lineCount &+ (head.count &+ stride &- 1) / stride) { _ in
      Header(lineCount: lineCount, byteCount: head.count)
    }
    let storage = unsafeDowncast(buffer, to: HeadStorage.self)
    storage.withUnsafeMutablePointerToElements { lines in
      if let source = head.baseAddress {
        UnsafeMutableRawPointer(lines + lineCount).copyMemory(
          from: source, byteCount: head.count)
      }
    }
    return storage
  }

  /// Lends the field lines and the bytes.
  @inline(__always)
  func withContents<Result, Failure: Error>(
    _ body: (UnsafeMutablePointer<FieldLine>, UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeMutablePointers { header, lines throws(Failure) in
      try body(
        lines,
        UnsafeRawBufferPointer(
          start: UnsafeRawPointer(lines + header.pointee.lineCount),
          count: header.pointee.byteCount))
    }
  }
}
