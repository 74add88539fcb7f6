/// Sizes as people write them: `64KiB`, `1MiB`, `4096`.
public enum ByteText {
  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  /// The bytes that a text stands for; `nil` if it is no size.
  public static func bytes(_ text: String) -> Int? {
    for unit in units where text.hasSuffix(unit.name) {
      guard let count = Int(text.dropLast(unit.name.count)), count > 0 else { return nil }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
      return overflow ? nil : bytes
    }
    guard let count = Int(text), count > 0 else { return nil }
    return count
  }

  /// A size with the largest unit that divides it.
  public static func text(_ bytes: Int) -> String {
    for unit in units where bytes >= unit.bytes && bytes % unit.bytes == 0 {
      return "\(bytes / unit.bytes)\(unit.name)"
    }
    return "\(bytes)"
  }
}
