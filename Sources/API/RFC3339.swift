import HTTP

/// A point in time as text (RFC 3339 §5.6): `2026-01-31T09:05:00.250+01:00`. Days that no calendar
/// has are refused; a second 60 is taken where there may be one (§5.7), as the one that follows.
struct RFC3339 {
  /// Milliseconds since 1970, rounded.
  let milliseconds: Int64

  /// Parses a text; `nil` if it is none.
  init?(_ text: String) {
    var scanner = Scanner(Array(text.utf8))
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
      scanner.skip("-"), let day = scanner.number(2), scanner.skip("T", "t", " "),
      let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2),
      scanner.skip(":"), let second = scanner.number(2), let fraction = scanner.fraction(),
      let offset = scanner.offsetMinutes(), scanner.isAtEnd
    else { return nil }
    let date = CivilDay(year: year, month: month, day: day)
    guard date.exists, hour < 24, minute < 60, second <= 60 else { return nil }
    let minutes = (date.daysSince1970 * 24 + hour) * 60 + minute - offset
    // Leap seconds end a day of UTC.
    if second == 60, (minutes + 1) % (24 * 60) != 0 { return nil }
    milliseconds = Int64(minutes * 60 + second) * 1000 + Int64(fraction)
  }

  /// The text of a time, in UTC with milliseconds.
  static func text(milliseconds: Int64) -> String {
    let (day, rest) = milliseconds.days
    let date = CivilDay(daysSince1970: day)
    let year = digits(abs(date.year), 4)
    return "\(date.year < 0 ? "-" : "")\(year)-\(digits(date.month, 2))-\(digits(date.day, 2))T"
      + "\(digits(rest / 3_600_000, 2)):\(digits(rest / 60_000 % 60, 2)):"
      + "\(digits(rest / 1000 % 60, 2)).\(digits(rest % 1000, 3))Z"
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// So many digits, as a number.
    mutating func number(_ digits: Int) -> Int? {
      guard position + digits <= bytes.count else { return nil }
      var number = 0
      for byte in bytes[position..<(position + digits)] {
        guard (0x30...0x39).contains(byte) else { return nil }
        number = number * 10 + Int(byte - 0x30)
      }
      position += digits
      return number
    }

    mutating func skip(_ choices: Unicode.Scalar...) -> Bool {
      guard let next, choices.contains(where: { UInt8(ascii: $0) == next }) else { return false }
      position += 1
      return true
    }

    /// The part of a second, in milliseconds, rounded; 0 where there is none.
    mutating func fraction() -> Int? {
      guard skip(".") else { return 0 }
      let start = position
      var tenths = 0
      while let digit = number(1) {
        if position - start <= 4 { tenths = tenths * 10 + digit }
      }
      guard position > start else { return nil }
      for _ in min(4, position - start)..<4 { tenths *= 10 }
      return (tenths + 5) / 10
    }

    /// How far the clock that was read is ahead of UTC.
    mutating func offsetMinutes() -> Int? {
      if skip("Z", "z") { return 0 }
      let isBehind = next == UInt8(ascii: "-")
      guard skip("+", "-"), let hours = number(2), hours < 24, skip(":"),
        let minutes = number(2), minutes < 60
      else { return nil }
      return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }
  }
}

extension Int64 {
  /// Milliseconds as whole days, and what is left of the last one; the product need not fit.
  fileprivate var days: (days: Int, rest: Int) {
    let (quotient, rest) = quotientAndRemainder(dividingBy: 86_400_000)
    return rest < 0 ? (Int(quotient) - 1, Int(rest) + 86_400_000) : (Int(quotient), Int(rest))
  }
}
