/// One way of reading a log in a comparison of copies.
struct CopyCase: Sendable, Hashable {
  /// `read`, `mmap` or `sendfile`.
  var strategy: String
  /// The bytes of one answer.
  var chunkBytes: Int
  var connections: Int
  var isCold: Bool

  var cache: String { isCold ? "cold" : "hot" }
}
