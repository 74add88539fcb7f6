import HTTPServer

/// One way of reading a log in a comparison of copies.
struct CopyCase: Sendable, Hashable {
  var strategy: CopyStrategy
  /// The bytes of one answer.
  var chunkBytes: Int
  var connections: Int
  var isCold: Bool

  var cache: String { isCold ? "cold" : "hot" }
}
