import ArgumentParser
import Broker

extension EnvironmentOptions {
  /// As `set`, for durations like `30s` that are kept in milliseconds.
  func setDuration(_ given: String?, _ name: String, _ milliseconds: inout Int64) throws {
    guard let text = given ?? self[name] else { return }
    guard let time = DurationText.milliseconds(text), (1...(100 * 365 * 86_400_000)).contains(time)
    else { throw ValidationError("--\(name) must be a duration like 30s.") }
    milliseconds = time
  }
}
