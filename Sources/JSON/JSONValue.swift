import CSimdjson

/// A value in a parsed document: a view of one word, valid until its parser is next used or
/// released.
///
/// Asking a value for what it is not gives nil, or nothing to iterate over. Nothing allocates,
/// `string` aside.
public struct JSONValue {
  @usableFromInline let node: UnsafePointer<csj_node>

  @inlinable init(node: UnsafePointer<csj_node>) {
    self.node = node
  }

  /// What the value is.
  @inlinable public var kind: JSONKind {
    guard let kind = JSONKind(rawValue: node.pointee.kind) else {
      preconditionFailure("a kind of node that the parser does not make")
    }
    return kind
  }

  /// The unescaped UTF-8 bytes of a string. Of anything else, the text just as it stands in the
  /// document: that of an object or array from its first bracket to its last.
  @inlinable public var text: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: node.pointee.text, count: Int(node.pointee.length))
  }

  /// How many members an object has, or elements an array; 0 for anything else.
  @inlinable public var count: Int { Int(node.pointee.count) }

  /// True for the literal `null`.
  @inlinable public var isNull: Bool { kind == .null }

  /// The truth of `true` and `false`.
  @inlinable public var bool: Bool? {
    switch kind {
    case .true: return true
    case .false: return false
    default: return nil
    }
  }

  /// The unescaped UTF-8 bytes of a string.
  @inlinable public var stringBytes: UnsafeRawBufferPointer? {
    kind == .string ? text : nil
  }

  /// A copy of a string.
  public var string: String? {
    stringBytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// True if the value is just this string.
  @inlinable public func isString(_ literal: StaticString) -> Bool {
    kind == .string && isSame(text, literal)
  }

  /// A number that is written as an integer, without fraction and exponent, and fits.
  public var int64: Int64? {
    guard kind == .number else { return nil }
    let isNegative = text[0] == UInt8(ascii: "-")
    var number: Int64 = 0
    for byte in text.dropFirst(isNegative ? 1 : 0) {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let digit = Int64(byte - UInt8(ascii: "0"))
      let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
      let (next, carry) =
        isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      guard !overflow, !carry else { return nil }
      number = next
    }
    return number
  }

  /// A number, rounded to the nearest double; nil if it is too large or too small for one.
  public var double: Double? {
    guard kind == .number else { return nil }
    var number = 0.0
    return csj_double(text.baseAddress, text.count, &number) ? number : nil
  }

  /// The value of an object's first member with this key.
  @inlinable public subscript(key: StaticString) -> JSONValue? {
    for member in members where member.key == key { return member.value }
    return nil
  }

  /// The members of an object, in the document's order, repeated keys and all.
  @inlinable public var members: JSONMembers {
    JSONMembers(first: node + 1, count: kind == .object ? count : 0)
  }

  /// The elements of an array.
  @inlinable public var elements: JSONElements {
    JSONElements(first: node + 1, count: kind == .array ? count : 0)
  }

  /// Where the value behind this one begins, if there is one.
  @inlinable var following: UnsafePointer<csj_node> { node + Int(node.pointee.span) }
}
