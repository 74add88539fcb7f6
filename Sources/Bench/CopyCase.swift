import HTTPServer

/// One way of reading a log in a comparison of copies.
struct CopyCase: Sendable, Hashable, CustomStringConvertible {
  var strategy: CopyStrategy
  /// The bytes of one answer.
  var chunkBytes: Int
  var connections: Int
  var isCold: Bool

  var cache: String { isCold ? "cold" : "hot" }

  var description: String {
    "\(cache), \(connections) x \(ByteText.text(chunkBytes)), \(strategy.rawValue)"
  }
}
