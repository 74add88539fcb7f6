/// What a Range field asks of a representation of known length (RFC 9110 §14.2).
public enum ByteRange: Equatable, Sendable {
  /// Send everything with a 200: no range, several, a malformed one, or a unit that is not bytes.
  case whole
  /// Send these bytes with a 206.
  case range(Range<Int>)
  /// Answer 416 and say how long the representation is.
  case unsatisfiable

  /// Reads a Range value against a length in bytes.
  ///
  /// A server may ignore Range (§14.2), and what is ignored here is what costs more than it gives:
  /// several ranges need a multipart body. Numbers too large for 63 bits are taken as the largest.
  public init(_ value: UnsafeRawBufferPointer, length: Int) {
    self = .whole
    let prefixCount = "bytes=".utf8.count
    guard value.count > prefixCount,
      value.part(0, prefixCount).equals(lowercase: "bytes=")
    else { return }
    var ranges = ListElements(value.part(prefixCount, value.count))
    guard let range = ranges.next(), ranges.next() == nil,
      let dash = range.index(of: UInt8(ascii: "-"), from: 0),
      range.count > 1
    else { return }
    guard let first = Self.number(range.part(0, dash)),
      let last = Self.number(range.part(dash + 1, range.count))
    else { return }
    switch (first, last) {
    case (nil, nil): return
    case (nil, let suffix?):
      if suffix == 0 {
        self = .unsatisfiable
      } else if length > 0 {
        self = .range(max(0, length - suffix)..<length)
      }
    case (let first?, let last):
      if let last, last < first { return }
      guard first < length else {
        self = .unsatisfiable
        return
      }
      self = .range(first..<min(last ?? length - 1, length - 1) + 1)
    }
  }

  /// A number, `.some(nil)` for no digits, nil for what is not digits. It saturates.
  private static func number(_ digits: UnsafeRawBufferPointer) -> Int?? {
    guard digits.allSatisfy(Octet.isDigit) else { return nil }
    if digits.isEmpty { return .some(nil) }
    return .some(digits.decimal ?? Int.max)
  }
}
