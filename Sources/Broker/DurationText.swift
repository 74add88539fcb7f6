/// Durations as the interface writes them: `250ms`, `30s`, `5m`, `1h`, `7d`.
public enum DurationText {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// The milliseconds, or `nil` for anything else or more than 63 bits of them.
  public static func milliseconds(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count)
    guard let number = Int64(digits), let factor = units.first(where: { $0.name == unit })
    else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor.milliseconds)
    return overflow ? nil : product
  }

  /// The duration in the largest unit that divides it.
  public static func text(_ milliseconds: Int64) -> String {
    if milliseconds == 0 { return "0s" }
    let unit = units.first { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
    return "\(milliseconds / unit.milliseconds)\(unit.name)"
  }
}
