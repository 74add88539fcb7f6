import CSimdjson

/// The members of an object, in order. Valid as the `JSONValue` it comes from.
public struct JSONMembers: Sequence, IteratorProtocol {
  /// A key and its value.
  public typealias Element = (key: JSONKey, value: JSONValue)

  @usableFromInline var position: UnsafePointer<csj_node>
  @usableFromInline var remaining: Int

  @inlinable init(first: UnsafePointer<csj_node>, count: Int) {
    position = first
    remaining = count
  }

  /// The next member.
  @inlinable public mutating func next() -> Element? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    let key = JSONKey(bytes: JSONValue(node: position).text)
    let value = JSONValue(node: position + 1)
    position = value.following
    return (key, value)
  }
}
