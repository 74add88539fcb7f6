/// Why there is no answer.
public struct TransferFailure: Error, CustomStringConvertible {
  /// libcurl's number, or the system's.
  public let number: Int
  /// What that means.
  public let message: String

  /// A failure with its number and meaning.
  public init(number: Int, message: String) {
    self.number = number
    self.message = message
  }

  /// Both in one line.
  public var description: String { "\(message) (\(number))" }
}
