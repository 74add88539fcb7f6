/// Gathers what the fields of a head say about how to read the rest, and refuses contradictions
/// before anyone can take them two ways (RFC 9112 §6, RFC 9110 §7.2, §7.6.1, §10.1.1).
struct HeadRules {
  /// A bit a `FieldName` that was seen.
  private(set) var seen: UInt32 = 0
  private var length: Int?
  private var isChunked = false
  private var otherCoding = false
  private var saysClose = false
  private var saysKeepAlive = false
  private var wantsContinue = false
  private var otherExpectation = false

  /// Takes the next field line into account.
  mutating func note(
    _ field: FieldName, _ value: UnsafeRawBufferPointer
  ) throws(ParseFailure) {
    let bit = field.bit
    if seen & bit & FieldName.singletons != 0 { throw .fieldRepeated }
    seen |= bit
    if bit & FieldName.ruled == 0 { return }
    switch field {
    case .host:
      guard value.isEmpty || Authority.split(value) != nil else { throw .hostMalformed }
    case .contentLength:
      guard let bytes = value.decimal else { throw .contentLength }
      if let length, length != bytes { throw .contentLengthConflict }
      length = bytes
    case .transferEncoding:
      // A second line would spell `chunked, …`, which is not exactly `chunked` either.
      if isChunked || !value.equals(lowercase: "chunked") { otherCoding = true }
      isChunked = true
    case .connection:
      var elements = ListElements(value)
      while let element = elements.next() {
        if element.equals(lowercase: "close") { saysClose = true }
        if element.equals(lowercase: "keep-alive") { saysKeepAlive = true }
      }
    case .expect:
      if value.equals(lowercase: "100-continue") {
        wantsContinue = true
      } else {
        otherExpectation = true
      }
    default: break
    }
  }

  /// Whether the connection outlives the request (RFC 9112 §9.3).
  func keepAlive(_ version: Version) -> Bool {
    !saysClose && (version == .http11 || saysKeepAlive)
  }

  /// How the body is delimited, once every field was noted.
  func framing(_ version: Version) throws(ParseFailure) -> BodyFraming {
    if version == .http11, seen & FieldName.host.bit == 0 { throw .hostMissing }
    if isChunked {
      if version == .http10 { throw .transferEncodingInOldVersion }
      if length != nil { throw .framingConflict }
      if otherCoding { throw .transferCodingUnsupported }
      return .chunked
    }
    return length.map(BodyFraming.length) ?? .none
  }

  /// Whether the client waits for `100 Continue` before it sends its body. HTTP/1.0 cannot.
  func expectsContinue(_ version: Version, _ framing: BodyFraming) throws(ParseFailure) -> Bool {
    if version == .http10 { return false }
    if otherExpectation { throw .expectation }
    return wantsContinue && framing != .none && framing != .length(0)
  }
}
