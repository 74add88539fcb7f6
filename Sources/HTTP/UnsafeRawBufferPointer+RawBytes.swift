/// Views of raw bytes, as the parsers of this module need them. A byte's position counts from 0.
extension UnsafeRawBufferPointer {
  @inline(__always) func part(_ lower: Int, _ upper: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[lower..<upper])
  }

  /// Where `byte` first stands at or after `from`, eight bytes a step.
  @inline(__always) func index(of byte: UInt8, from: Int) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(byte)
    var index = from
    while index &+ 8 <= count {
      let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let different = word ^ pattern
      let zeros = (different &- ones) & ~different & (ones << 7)
      if zeros != 0 { return index &+ zeros.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while index < count {
      if self[index] == byte { return index }
      index &+= 1
    }
    return nil
  }

  /// The same bytes as the literal's.
  @inline(__always) func equals(_ literal: StaticString) -> Bool {
    guard count == literal.utf8CodeUnitCount else { return false }
    for index in 0..<count where self[index] != literal.utf8Start[index] { return false }
    return true
  }

  /// The same letters as the literal's, whose own are all lower case.
  @inline(__always) func equals(lowercase literal: StaticString) -> Bool {
    guard count == literal.utf8CodeUnitCount else { return false }
    for index in 0..<count
    where Octet.lowercased(self[index]) != literal.utf8Start[index] {
      return false
    }
    return true
  }

  /// The same letters as those of `other`, in any case.
  func equalsIgnoringCase(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count
    where Octet.lowercased(self[index]) != Octet.lowercased(other[index]) {
      return false
    }
    return true
  }

  /// Without the blanks at both ends.
  func trimmed() -> UnsafeRawBufferPointer {
    var lower = 0
    var upper = count
    while lower < upper, Octet.isBlank(self[lower]) { lower += 1 }
    while upper > lower, Octet.isBlank(self[upper - 1]) { upper -= 1 }
    return part(lower, upper)
  }

  /// One byte or more, all of them `tchar` (RFC 9110 §5.6.2).
  var isToken: Bool { !isEmpty && allSatisfy(Octet.isToken) }

  /// Free of control bytes but HTAB (RFC 9110 §5.5).
  var isFieldContent: Bool { endOfFieldContent(from: 0) == count }

  /// Where, at or after `from`, the first byte stands that no field value may hold: a control byte
  /// other than HTAB, CR and LF included. Eight bytes a step.
  func endOfFieldContent(from: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var index = from
    while index &+ 8 <= count {
      let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let deletes = word ^ (ones &* 0x7F)
      let suspects =
        (((word &- (ones &* 0x20)) & ~word) | ((deletes &- ones) & ~deletes)) & (ones << 7)
      if suspects == 0 {
        index &+= 8
        continue
      }
      // The lowest suspect is a true one: a borrow only spreads upwards. It may be a HTAB.
      index &+= suspects.trailingZeroBitCount >> 3
      if self[index] != Octet.tab { return index }
      index &+= 1
    }
    while index < count, Octet.isFieldContent(self[index]) { index &+= 1 }
    return index
  }

  /// The number that one or more decimal digits spell, if it fits.
  var decimal: Int? {
    guard !isEmpty else { return nil }
    var value = 0
    for byte in self {
      guard Octet.isDigit(byte) else { return nil }
      let (shifted, carried) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowed) = shifted.addingReportingOverflow(Int(byte &- 0x30))
      if carried || overflowed { return nil }
      value = sum
    }
    return value
  }

  /// The bytes as text; what is not UTF-8 becomes U+FFFD.
  var text: String { String(decoding: self, as: UTF8.self) }
}
