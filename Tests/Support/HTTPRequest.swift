/// A request for `HTTPClient`.
public struct HTTPRequest {
  /// The method, as it is written.
  public var method: String
  /// Path and query, sent as they stand.
  public var path: String
  /// Header fields. A name with an empty value is left out even where libcurl would add it.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: RequestBody
  /// How long the whole exchange may take.
  public var timeoutMilliseconds = 20_000
  /// Whether to keep the answer's body; else it is only counted and hashed.
  public var keepsBody = true
  /// Looks at the body so far; true ends the exchange there, for an answer without an end.
  public var isEnough: ((HTTPResponse) -> Bool)?
  /// Whether to send `Expect: 100-continue` and wait for it.
  public var expectsContinue = false

  /// A request with some fields and a body.
  public init(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: RequestBody = .none
  ) {
    self.method = method
    self.path = path
    self.headers = headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    self.body = body
  }
}
