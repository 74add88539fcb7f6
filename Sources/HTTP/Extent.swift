/// A stretch of the bytes of a head.

struct Extent: Sendable {
  let start: UInt32
  let count: UInt32

  @inline(__always) init(_ lower: Int, _ upper: Int) {
    start = UInt32(truncatingIfNeeded: lower)
    count = UInt32(truncatingIfNeeded: upper &- lower)
  }

  static var empty: Extent { Extent(0, 0) }

  var isEmpty: Bool { count == 0 }

  /// The bytes it covers in `bytes`.
  func of(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(start) + Int(count)])
  }
}
