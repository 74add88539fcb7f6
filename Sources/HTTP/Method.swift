/// A request method (RFC 9110 §9). Methods are case-sensitive.
public enum Method: UInt8, Sendable, CaseIterable {
  case get, head, post, put, patch, delete, options, other

  /// The method as it is written; `OTHER` where `RequestHead.methodName` knows better.
  public var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other: "OTHER"
    }
  }

  static func recognise(_ bytes: UnsafeRawBufferPointer) -> Method {
    switch bytes.count {
    case 3:
      if bytes.equals("GET") { return .get }
      if bytes.equals("PUT") { return .put }
    case 4:
      if bytes.equals("POST") { return .post }
      if bytes.equals("HEAD") { return .head }
    case 5: if bytes.equals("PATCH") { return .patch }
    case 6: if bytes.equals("DELETE") { return .delete }
    case 7: if bytes.equals("OPTIONS") { return .options }
    default: break
    }
    return .other
  }
}
