import Platform

/// A time as HTTP writes it, IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, always
/// 29 bytes. Made once a second by whoever writes Date fields, and copied into each.
public struct HTTPDate: Sendable {
  /// How long every date is, in bytes.
  public static let byteCount = 29
  private static let names: StaticString = "SunMonTueWedThuFriSat"
  private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
  private static let pattern: StaticString = "___, __ ___ ____ __:__:__ GMT"
  private static let secondsMin = -62_167_219_200
  private static let secondsMax = 253_402_300_799

  /// Whole seconds since 1970 in UTC, leap seconds not counted.
  public let secondsSince1970: Int
  private let rendered: InlineArray<29, UInt8>

  /// Renders a time. Times outside the years 0000 to 9999 become the nearest one inside.
  public init(secondsSince1970 seconds: Int) {
    let seconds = min(max(seconds, Self.secondsMin), Self.secondsMax)
    secondsSince1970 = seconds
    let days = CivilDay.floorDivide(seconds, 86_400)
    let second = seconds - days * 86_400
    let day = CivilDay(daysSince1970: days)
    var bytes = InlineArray<29, UInt8>(repeating: 0)
    for index in 0..<Self.byteCount { bytes[index] = Self.pattern.utf8Start[index] }
    for index in 0..<3 {
      bytes[index] = Self.names.utf8Start[3 * day.weekday + index]
      bytes[8 + index] = Self.months.utf8Start[3 * (day.month - 1) + index]
    }
    Self.put(day.day, at: 5, in: &bytes)
    Self.put(day.year / 100, at: 12, in: &bytes)
    Self.put(day.year % 100, at: 14, in: &bytes)
    Self.put(second / 3600, at: 17, in: &bytes)
    Self.put(second / 60 % 60, at: 20, in: &bytes)
    Self.put(second % 60, at: 23, in: &bytes)
    rendered = bytes
  }

  /// Parses an IMF-fixdate, its weekday checked; nil for anything else, the two obsolete forms
  /// included, which a conditional request then ignores. Second 60 counts as the next minute's 0.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount else { return nil }
    for index in 0..<Self.byteCount {
      let expected = Self.pattern.utf8Start[index]
      guard expected == UInt8(ascii: "_") || bytes[index] == expected else { return nil }
    }
    guard let weekday = Self.index(of: bytes.part(0, 3), in: Self.names),
      let month = Self.index(of: bytes.part(8, 11), in: Self.months),
      let day = bytes.part(5, 7).decimal, let year = bytes.part(12, 16).decimal,
      let hour = bytes.part(17, 19).decimal, let minute = bytes.part(20, 22).decimal,
      let second = bytes.part(23, 25).decimal,
      hour < 24, minute < 60, second <= 60, day >= 1
    else { return nil }
    let civil = CivilDay(year: year, month: month + 1, day: day)
    let days = civil.daysSince1970
    // A day that the month does not have comes back as another one.
    guard CivilDay(daysSince1970: days) == civil, civil.weekday == weekday else { return nil }
    self.init(secondsSince1970: days * 86_400 + hour * 3600 + minute * 60 + second)
  }

  /// Appends the 29 bytes.
  public func append(to buffer: ByteBuffer) {
    withBytes { buffer.append($0) }
  }

  /// The date as text.
  public var text: String { withBytes { $0.text } }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: rendered, body)
  }

  private static func put(_ number: Int, at index: Int, in bytes: inout InlineArray<29, UInt8>) {
    bytes[index] = UInt8(truncatingIfNeeded: number / 10) &+ UInt8(ascii: "0")
    bytes[index + 1] = UInt8(truncatingIfNeeded: number % 10) &+ UInt8(ascii: "0")
  }

  private static func index(of name: UnsafeRawBufferPointer, in names: StaticString) -> Int? {
    (0..<names.utf8CodeUnitCount / 3).first { place in
      (0..<3).allSatisfy { name[$0] == names.utf8Start[3 * place + $0] }
    }
  }
}
