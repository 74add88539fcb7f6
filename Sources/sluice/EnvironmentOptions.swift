import ArgumentParser
import FoundationEssentials

/// The options that the environment gives: `--max-connections` is `SLUICE_MAX_CONNECTIONS`.
final class EnvironmentOptions {
  private let variables = ProcessInfo.processInfo.environment

  /// Those that were asked for and given, as words of a command line that says the same.
  private(set) var words: [String] = []

  /// The value for an option, by its long name.
  subscript(name: String) -> String? {
    guard let value = value(name) else { return nil }
    words.append("--\(name)=\(value)")
    return value
  }

  /// A flag: `1`, `true` or `yes` set it.
  func flag(_ name: String) throws -> Bool {
    switch value(name) {
    case nil, "", "0", "false", "no": return false
    case "1", "true", "yes":
      words.append("--\(name)")
      return true
    default: throw ValidationError("\(EnvironmentOptions.variable(name)) must be true or false.")
    }
  }

  /// Values that commas separate.
  func list(_ name: String) -> [String] {
    let values = value(name)?.split(separator: ",").map(String.init) ?? []
    words += values.map { "--\(name)=\($0)" }
    return values
  }

  /// Sets a number from the command line, or else from the environment, if either gives it.
  func set(
    _ given: Int?, _ name: String, _ target: inout Int, upTo most: Int = .max
  ) throws {
    var number = given
    if number == nil, let text = self[name] {
      guard let parsed = Int(text) else {
        throw ValidationError("\(EnvironmentOptions.variable(name)) must be a whole number.")
      }
      number = parsed
    }
    guard let number else { return }
    guard (1...most).contains(number) else {
      let end = most == .max ? "" : " and at most \(most)"
      throw ValidationError("--\(name) must be at least 1\(end).")
    }
    target = number
  }

  /// As `set`, for seconds that are kept in milliseconds.
  func setSeconds(_ given: Int?, _ name: String, _ milliseconds: inout Int) throws {
    var seconds = 0
    try set(given, name, &seconds, upTo: 1_000_000)
    if seconds > 0 { milliseconds = seconds * 1000 }
  }

  private func value(_ name: String) -> String? { variables[EnvironmentOptions.variable(name)] }

  private static func variable(_ name: String) -> String {
    "SLUICE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }
}
