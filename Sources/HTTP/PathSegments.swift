/// Walks the segments of a raw path: `/a/b` gives `a`, `b`; `/a/` gives `a` and an empty one; `/`
/// gives none; `*` gives itself. Nothing is decoded and nothing is allocated (RFC 3986 §3.3).
///
/// The views are valid as long as the bytes of the path are.
public struct PathSegments: Sequence, IteratorProtocol {
  private let path: UnsafeRawBufferPointer
  private var position: Int

  /// The segments of a path as `RequestHead.withPath` lends it.
  public init(_ path: UnsafeRawBufferPointer) {
    self.path = path
    let isRoot = path.count == 1 && path[0] == UInt8(ascii: "/")
    let begins = path.first == UInt8(ascii: "/") ? 1 : 0
    position = isRoot || path.isEmpty ? path.count + 1 : begins
  }

  /// The next segment, still encoded.
  public mutating func next() -> UnsafeRawBufferPointer? {
    guard position <= path.count else { return nil }
    let start = position
    let end = path.index(of: UInt8(ascii: "/"), from: start) ?? path.count
    position = end + 1
    return path.part(start, end)
  }
}
