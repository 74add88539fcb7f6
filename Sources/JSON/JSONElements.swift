import CSimdjson

/// The elements of an array, in order. Valid as the `JSONValue` it comes from.
public struct JSONElements: Sequence, IteratorProtocol {
  @usableFromInline var position: UnsafePointer<csj_node>
  @usableFromInline var remaining: Int

  @inlinable init(first: UnsafePointer<csj_node>, count: Int) {
    position = first
    remaining = count
  }

  /// The next element.
  @inlinable public mutating func next() -> JSONValue? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    let value = JSONValue(node: position)
    position = value.following
    return value
  }
}
