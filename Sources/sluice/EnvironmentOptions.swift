import ArgumentParser
import FoundationEssentials

/// The options that the environment gives: `--max-connections` is `SLUICE_MAX_CONNECTIONS`.
struct EnvironmentOptions {
  private let variables = ProcessInfo.processInfo.environment

  /// The value for an option, by its long name.
  subscript(name: String) -> String? { variables[EnvironmentOptions.variable(name)] }

  /// A flag: `1`, `true` or `yes` set it.
  func flag(_ name: String) throws -> Bool {
    switch self[name] {
    case nil, "", "0", "false", "no": false
    case "1", "true", "yes": true
    default: throw ValidationError("\(EnvironmentOptions.variable(name)) must be true or false.")
    }
  }

  /// Values that commas separate.
  func list(_ name: String) -> [String] {
    self[name]?.split(separator: ",").map(String.init) ?? []
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

  private static func variable(_ name: String) -> String {
    "SLUICE_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }
}
