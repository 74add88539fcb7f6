/// Writes the parts of a head one behind the other into memory with room for them.
struct FieldWriter {
  private let memory: UnsafeMutableRawBufferPointer
  /// Bytes written.
  private(set) var count = 0

  init(_ memory: UnsafeMutableRawBufferPointer) {
    self.memory = memory
  }

  @inline(__always) mutating func put(_ literal: StaticString) {
    put(
      UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  @inline(__always) mutating func put(_ bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count <= memory.count - count, "a head outgrew its room")
    guard let source = bytes.baseAddress, let target = memory.baseAddress else { return }
    (target + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Writes a whole number in decimal digits, at most 20 bytes.
  mutating func put(decimal number: Int) {
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var index = 20
    var rest = number.magnitude
    repeat {
      index -= 1
      digits[index] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
      rest /= 10
    } while rest != 0
    if number < 0 {
      index -= 1
      digits[index] = UInt8(ascii: "-")
    }
    withUnsafeBytes(of: digits) { put(UnsafeRawBufferPointer(rebasing: $0[index...])) }
  }
}
