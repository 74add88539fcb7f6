/// Why bytes from a client are not what RFC 9112 and its companions allow.
///
/// After a failure of a head or of a chunked body the connection has lost its place: answer with
/// `status`, then close. The failures of a query or a path leave the connection sound.
public enum ParseFailure: Error, Equatable, Sendable, CaseIterable {
  case emptyLinesTooMany, bareLineFeed, requestLine, target, targetTooLong, methodUnsupported
  case versionUnsupported, headTooLarge, fieldsTooMany, fieldName, fieldValue, obsoleteFolding
  case fieldRepeated, hostMissing, hostMalformed, contentLength, contentLengthConflict
  case framingConflict, transferEncodingInOldVersion, transferCodingUnsupported, expectation
  case chunkSize, chunkExtension, chunkEnd, trailer, trailersTooLarge
  case query, queryParametersTooMany, pathEscape, bodyCutShort

  /// The status the answer should carry.
  public var status: Status {
    switch self {
    case .targetTooLong: .uriTooLong
    case .headTooLarge, .fieldsTooMany, .trailersTooLarge: .headerFieldsTooLarge
    case .methodUnsupported, .transferCodingUnsupported: .notImplemented
    case .versionUnsupported: .versionNotSupported
    case .expectation: .expectationFailed
    default: .badRequest
    }
  }

  /// A stable snake_case word for programs.
  public var code: String {
    switch self {
    case .targetTooLong: "uri_too_long"
    case .headTooLarge: "head_too_large"
    case .fieldsTooMany: "too_many_fields"
    case .methodUnsupported: "method_unsupported"
    case .versionUnsupported: "version_unsupported"
    case .transferCodingUnsupported: "transfer_coding_unsupported"
    case .expectation: "expectation_failed"
    case .chunkSize, .chunkExtension, .chunkEnd, .trailer: "malformed_chunk"
    case .trailersTooLarge: "trailers_too_large"
    case .query, .queryParametersTooMany: "malformed_query"
    case .pathEscape: "malformed_path"
    case .bodyCutShort: "body_cut_short"
    default: "malformed_request"
    }
  }

  /// A sentence for people, without anything the client sent.
  public var detail: String {
    switch self {
    case .emptyLinesTooMany: "Too many empty lines stand before the request line."
    case .bareLineFeed: "A line of the head ends with a line feed but no carriage return."
    case .requestLine: "The request line is not `method SP target SP HTTP/1.x`."
    case .target: "The request target is not a path, an http URI, or `*` with OPTIONS."
    case .targetTooLong: "The request target is longer than this server takes."
    case .methodUnsupported: "CONNECT is not supported: this server is no proxy."
    case .versionUnsupported: "This server speaks HTTP/1.1 and HTTP/1.0 only."
    case .headTooLarge: "The head of the request is larger than this server takes."
    case .fieldsTooMany: "The request has more header fields than this server takes."
    case .fieldName: "A header field's name is not a token followed by a colon."
    case .fieldValue: "A header field's value holds a control byte."
    case .obsoleteFolding: "A header field is continued on a second line."
    case .fieldRepeated: "A header field that may stand once stands twice."
    case .hostMissing: "An HTTP/1.1 request must have a Host field."
    case .hostMalformed: "The Host field is not a host with an optional port."
    case .contentLength: "Content-Length is not a whole number of bytes."
    case .contentLengthConflict: "Several Content-Length fields differ."
    case .framingConflict: "Transfer-Encoding and Content-Length exclude each other."
    case .transferEncodingInOldVersion: "HTTP/1.0 has no Transfer-Encoding."
    case .transferCodingUnsupported: "The only transfer coding this server takes is `chunked`."
    case .expectation: "The only expectation this server knows is `100-continue`."
    case .chunkSize: "A chunk's size is not a hexadecimal number of at most 16 digits."
    case .chunkExtension: "A chunk's extensions are malformed or too long."
    case .chunkEnd: "A chunk does not end with CRLF where its size says."
    case .trailer: "The trailer section of the body is malformed."
    case .trailersTooLarge: "The trailer section of the body is larger than this server takes."
    case .query: "The query has a malformed percent escape or is not UTF-8."
    case .queryParametersTooMany: "The query has more parameters than this server takes."
    case .bodyCutShort: "The body ended before it was whole."
    case .pathEscape: "The path has a malformed percent escape or is not UTF-8."
    }
  }
}
