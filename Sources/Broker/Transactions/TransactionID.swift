/// The name of a transaction: 32 hexadecimal digits that nobody guesses.
///
/// The first half is its number, which goes up with each one and marks its records in the logs; the
/// second half is drawn at random. So names sort in the order in which transactions were made.
public struct TransactionID: Hashable, Sendable, CustomStringConvertible {
  private static let digits = 32

  let number: Int64
  let secret: UInt64

  init(number: Int64, secret: UInt64) { (self.number, self.secret) = (number, secret) }

  /// The name that a text spells; `nil` if it spells none.
  public init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count == TransactionID.digits, !text.hasPrefix("+"), !text.hasPrefix("-"),
      bytes.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || 0x61...0x66 ~= $0 }),
      let number = Int64(text.prefix(16), radix: 16),
      let secret = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(number: number, secret: secret)
  }

  /// The name as clients see it.
  public var description: String {
    TransactionID.padded(UInt64(number)) + TransactionID.padded(secret)
  }

  private static func padded(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits / 2 - text.count) + text
  }
}
