/// The head of one request (RFC 9112 §2.1 to §5). It owns a copy of its bytes, so it outlives the
/// connection's buffer; it is one reference, does not change, and any thread may read it.
///
/// Views handed to closures are valid only inside them.
public struct RequestHead: @unchecked Sendable {
  let storage: HeadStorage

  /// Parses a complete head: lines that all end with CRLF, the last one empty.
  init(
    _ head: UnsafeRawBufferPointer, lineCount: Int, limits: HeadLimits
  ) throws(ParseFailure) {
    storage = HeadStorage.make(head, lineCount: lineCount &- 1)
    let parsed = try storage.withContents { lines, bytes throws(ParseFailure) in
      try Self.parse(bytes, into: lines, targetBytesMax: limits.targetBytesMax)
    }
    storage.header = parsed
    storage.header.lineCount = lineCount &- 1
    storage.header.byteCount = head.count
  }

  /// Fills in the field lines, of which the scanner has counted how many there are.
  private static func parse(
    _ head: UnsafeRawBufferPointer, into lines: UnsafeMutablePointer<FieldLine>,
    targetBytesMax: Int
  ) throws(ParseFailure) -> HeadStorage.Header {
    let first = try RequestLine(head, targetBytesMax: targetBytesMax)
    var rules = HeadRules()
    var count = 0
    var position = first.end
    while position < head.count &- 2 {
      let (line, next) = try FieldLine.parse(head, at: position)
      try rules.note(line.field, line.value.of(head))
      (lines + count).initialize(to: line)
      count &+= 1
      position = next
    }
    let framing = try rules.framing(first.version)
    return HeadStorage.Header(
      method: first.method, version: first.version, framing: framing,
      keepAlive: rules.keepAlive(first.version),
      expectsContinue: try rules.expectsContinue(first.version, framing), seen: rules.seen,
      methodName: first.methodName, target: first.target, authority: first.authority,
      path: first.path, query: first.query)
  }

  /// The method; for `other` see `methodName`.
  public var method: Method { storage.header.method }

  /// The version the client speaks.
  public var version: Version { storage.header.version }

  /// How the body is delimited (RFC 9112 §6.3).
  public var framing: BodyFraming { storage.header.framing }

  /// Whether the client lets the connection live on after this request (RFC 9112 §9.3).
  public var keepAlive: Bool { storage.header.keepAlive }

  /// Whether the client waits for `100 Continue`. False where there is no body to wait with.
  public var expectsContinue: Bool { storage.header.expectsContinue }

  /// The method as it was sent.
  public var methodName: String { withBytes(of: storage.header.methodName) { $0.text } }

  /// The request target as it was sent, for logs.
  public var target: String { withBytes(of: storage.header.target) { $0.text } }

  /// The raw path as text, for logs; match with `withPath`.
  public var path: String { withPath { $0.text } }

  /// The raw query as text, without its `?`; empty when there is none.
  public var query: String { withQuery { $0.text } }

  /// Lends the path as it was sent, percent escapes and all: it begins with `/`, or is `*` for
  /// `OPTIONS *`. An absolute-form target without a path gives `/`, or `*` for OPTIONS (RFC 9112
  /// §3.2.4).
  public func withPath<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if storage.header.path.isEmpty {
      let implied: StaticString = method == .options ? "*" : "/"
      return try body(
        UnsafeRawBufferPointer(start: implied.utf8Start, count: implied.utf8CodeUnitCount))
    }
    return try withBytes(of: storage.header.path, body)
  }

  /// Lends the raw query, without its `?`; empty when there is none.
  public func withQuery<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withBytes(of: storage.header.query, body)
  }

  /// True when the target is a path: whom the request is for stands in Host alone.
  public var isOriginForm: Bool { storage.header.authority.isEmpty }

  /// The decoded query. Throws `ParseFailure` with the code `malformed_query`.
  public func queryParameters() throws(ParseFailure) -> QueryParameters {
    if storage.header.query.isEmpty { return QueryParameters() }
    return try withQuery { query throws(ParseFailure) in try QueryParameters(query) }
  }

  /// Whom the request is for: the authority of an absolute-form target, else Host (RFC 9112
  /// §3.2.2). Nil when Host is empty, or missing from an HTTP/1.0 request.
  public var authority: Authority? { withAuthority { Authority($0) } }

  /// Whether the request is for `expected`. Allocates nothing.
  public func isFor(_ expected: Authority, defaultPort: UInt16 = 80) -> Bool {
    withAuthority { expected.matches($0, defaultPort: defaultPort) }
  }

  /// True for `OPTIONS *`, which is about no resource (RFC 9112 §3.2.4).
  public var isForWholeServer: Bool { withPath { $0.equals("*") } }

  private func withAuthority<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    if !storage.header.authority.isEmpty { return withBytes(of: storage.header.authority, body) }
    return withValue(of: .host, body) ?? body(UnsafeRawBufferPointer(start: nil, count: 0))
  }

  func withBytes<Result, Failure: Error>(
    of extent: Extent, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withContents { _, bytes throws(Failure) in try body(extent.of(bytes)) }
  }
}
