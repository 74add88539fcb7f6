/// The head of one request (RFC 9112 §2.1 to §5). It owns a copy of its bytes, so it outlives the
/// connection's buffer; it does not change, and any thread may read it.
///
/// Views handed to closures are valid only inside them.
public struct RequestHead: Sendable {
  @usableFromInline let bytes: [UInt8]
  @usableFromInline let lines: [FieldLine]
  @usableFromInline let seen: UInt32
  @usableFromInline let pathExtent: Extent
  @usableFromInline let queryExtent: Extent
  private let authorityExtent: Extent
  private let methodExtent: Extent
  private let targetExtent: Extent

  /// The method; for `other` see `methodName`.
  public let method: Method
  /// The version the client speaks.
  public let version: Version
  /// How the body is delimited (RFC 9112 §6.3).
  public let framing: BodyFraming
  /// Whether the client lets the connection live on after this request (RFC 9112 §9.3).
  public let keepAlive: Bool
  /// Whether the client waits for `100 Continue`. False where there is no body to wait with.
  public let expectsContinue: Bool

  /// Parses a complete head: lines that all end with CRLF, the last one empty.
  init(
    _ head: UnsafeRawBufferPointer, lineCount: Int, limits: HeadLimits
  ) throws(ParseFailure) {
    guard let lineFeed = head.index(of: Octet.lineFeed, from: 0) else { throw .requestLine }
    let first = try RequestLine(
      head.part(0, lineFeed &- 1), targetBytesMax: limits.targetBytesMax)
    var rules = HeadRules()
    var lines: [FieldLine] = []
    lines.reserveCapacity(lineCount &- 1)
    var position = lineFeed &+ 1
    while position < head.count &- 2 {
      let (line, next) = try FieldLine.parse(head, at: position)
      try rules.note(line.field, line.value.of(head))
      lines.append(line)
      position = next
    }
    method = first.method
    methodExtent = first.methodName
    version = first.version
    targetExtent = first.target
    pathExtent = first.path
    queryExtent = first.query
    authorityExtent = first.authority
    framing = try rules.framing(version)
    expectsContinue = try rules.expectsContinue(version, framing)
    keepAlive = rules.keepAlive(version)
    seen = rules.seen
    self.lines = lines
    bytes = [UInt8](head)
  }

  /// The method as it was sent.
  public var methodName: String { text(methodExtent) }

  /// The request target as it was sent, for logs.
  public var target: String { text(targetExtent) }

  /// The raw path as text, for logs; match with `withPath`.
  public var path: String { withPath { $0.text } }

  /// The raw query as text, without its `?`; empty when there is none.
  public var query: String { text(queryExtent) }

  /// Lends the path as it was sent, percent escapes and all: it begins with `/`, or is `*` for
  /// `OPTIONS *`. An absolute-form target without a path gives `/` (RFC 9110 §4.2.3).
  @inlinable public func withPath<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if pathExtent.isEmpty {
      let implied: StaticString = method == .options ? "*" : "/"
      return try body(
        UnsafeRawBufferPointer(start: implied.utf8Start, count: implied.utf8CodeUnitCount))
    }
    return try withBytes(of: pathExtent, body)
  }

  /// Lends the raw query, without its `?`; empty when there is none.
  @inlinable public func withQuery<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withBytes(of: queryExtent, body)
  }

  /// The decoded query. Throws `ParseFailure` with the code `malformed_query`.
  public func queryParameters() throws(ParseFailure) -> QueryParameters {
    if queryExtent.isEmpty { return QueryParameters() }
    return try withQuery { query throws(ParseFailure) in try QueryParameters(query) }
  }

  /// Whom the request is for: the authority of an absolute-form target, else Host (RFC 9112
  /// §3.2.2). Nil when Host is empty, or missing from an HTTP/1.0 request.
  public var authority: Authority? { withAuthority { Authority($0) } }

  /// Whether the request is for `expected`. Allocates nothing.
  public func isFor(_ expected: Authority) -> Bool { withAuthority { expected.matches($0) } }

  private func withAuthority<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    if !authorityExtent.isEmpty { return withBytes(of: authorityExtent, body) }
    return withValue(of: .host, body) ?? body(UnsafeRawBufferPointer(start: nil, count: 0))
  }

  private func text(_ extent: Extent) -> String { withBytes(of: extent) { $0.text } }

  @inlinable func withBytes<Result, Failure: Error>(
    of extent: Extent, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withUnsafeBufferPointer { all throws(Failure) in
      try body(extent.of(UnsafeRawBufferPointer(all)))
    }
  }
}
