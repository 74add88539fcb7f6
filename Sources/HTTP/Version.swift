/// The version of a request (RFC 9112 §2.3). Minor versions above 1 are read as 1.1.
public enum Version: UInt8, Sendable {
  case http10, http11
}
