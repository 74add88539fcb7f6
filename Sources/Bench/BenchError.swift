import Platform

/// Why a measurement could not be made.
public enum BenchError: Error, Sendable, CustomStringConvertible {
  /// Not `http://HOST[:PORT]`.
  case badURL(String)
  /// The name stands for no address.
  case unknownHost(String)
  /// A call of the kernel failed.
  case system(SystemError)
  /// The server ended the connection in the middle of an answer.
  case connectionEnded
  /// What came back is no HTTP answer that this client can read.
  case badAnswer(String)
  /// The server refused a request that the measurement needs.
  case refused(status: Int, request: String, body: String)
  /// A server of one's own did not start; what it said.
  case notStarted(String)
  /// The measurement would measure nothing.
  case nothingToMeasure(String)

  /// One line for the person at the terminal.
  public var description: String {
    switch self {
    case .badURL(let text): "\(text) is not http://HOST[:PORT]"
    case .unknownHost(let name): "no address is known for \(name)"
    case .system(let error): error.description
    case .connectionEnded: "the server ended the connection in the middle of an answer"
    case .badAnswer(let reason): "the answer cannot be read: \(reason)"
    case .refused(let status, let request, let body): "\(request) was answered \(status): \(body)"
    case .notStarted(let log): "the server did not start; it says:\n\(log)"
    case .nothingToMeasure(let reason): reason
    }
  }
}
