/// What an answer's head said, and how long its body was.
struct LoadAnswer {
  var status = 0
  /// The length of the body, as far as it is known beforehand.
  var contentLength: Int?
  var isChunked = false
  /// `Sluice-Next-Offset`.
  var nextOffset: Int64?
  /// The body's bytes that came.
  var bodyBytes = 0

  var isSuccess: Bool { (200..<300).contains(status) }

  /// Reads a head's lines; `nil` when they are no head.
  init?(head: UnsafeRawBufferPointer) {
    var isFirst = true
    for line in head.split(separator: UInt8(ascii: "\n")) {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if isFirst {
        // HTTP/1.1 200 …
        guard line.count >= 12, let code = LoadAnswer.number(line.dropFirst(9).prefix(3)) else {
          return nil
        }
        status = Int(code)
        isFirst = false
      } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
        take(line[..<colon], line[line.index(after: colon)...].drop { $0 == UInt8(ascii: " ") })
      }
    }
    if isFirst { return nil }
  }

  private mutating func take(_ name: Slice<UnsafeRawBufferPointer>, _ value: RawSlice) {
    if LoadAnswer.isNamed(name, "content-length") {
      contentLength = LoadAnswer.number(value).map(Int.init)
    } else if LoadAnswer.isNamed(name, "transfer-encoding") {
      isChunked = true
    } else if LoadAnswer.isNamed(name, "sluice-next-offset") {
      nextOffset = LoadAnswer.number(value)
    }
  }

  private typealias RawSlice = Slice<UnsafeRawBufferPointer>

  private static func isNamed(_ name: RawSlice, _ wanted: StaticString) -> Bool {
    guard name.count == wanted.utf8CodeUnitCount else { return false }
    var letter = wanted.utf8Start
    for byte in name {
      if byte | 0x20 != letter.pointee { return false }
      letter += 1
    }
    return true
  }

  private static func number(_ digits: RawSlice) -> Int64? {
    var value: Int64 = 0
    for byte in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), value < Int64.max / 16 else {
        return nil
      }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return digits.isEmpty ? nil : value
  }
}
