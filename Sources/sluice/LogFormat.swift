import Logging

/// How log lines look.
enum LogFormat: String {
  /// `time=… level=info msg="…" key=value`.
  case logfmt
  /// One JSON object a line.
  case json

  func handler() -> any LogHandler {
    switch self {
    case .logfmt: LogfmtHandler()
    case .json: JSONLogHandler()
    }
  }
}
