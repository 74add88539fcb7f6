/// The decoded name and value pairs of a query (`application/x-www-form-urlencoded`, as browsers
/// and curl write it): `+` is a space, a name without `=` has an empty value, empty pieces are
/// skipped.
public struct QueryParameters: Sendable {
  /// One pair.
  public struct Parameter: Equatable, Sendable {
    /// The decoded name.
    public let name: String
    /// The decoded value; empty when there is none.
    public let value: String
  }

  /// How many pairs a query may have.
  public static let countMax = 100

  /// The pairs in the order they were sent, for a handler that refuses unknown names.
  public private(set) var all: [Parameter] = []

  /// No parameters.
  public init() {}

  /// Decodes a raw query without its `?`. Throws `.query` for a bad escape or bad UTF-8 and
  /// `.queryParametersTooMany`, both with the code `malformed_query`.
  public init(_ query: UnsafeRawBufferPointer) throws(ParseFailure) {
    var position = 0
    while position < query.count {
      let end = query.index(of: UInt8(ascii: "&"), from: position) ?? query.count
      if end > position { try append(query.part(position, end)) }
      position = end + 1
    }
  }

  /// How many pairs there are.
  public var count: Int { all.count }

  /// The value of the first pair with this name.
  public func value(_ name: StaticString) -> String? {
    all.first { Self.equal($0.name, name) }?.value
  }

  /// The values of all pairs with this name, in order.
  public func values(_ name: StaticString) -> [String] {
    all.lazy.filter { Self.equal($0.name, name) }.map(\.value)
  }

  /// The first name that is not among `known`, or that stands twice and is not among `repeatable`.
  public func firstUnexpected(known: [String], repeatable: [String] = []) -> String? {
    for (index, parameter) in all.enumerated() where !repeatable.contains(parameter.name) {
      if !known.contains(parameter.name) { return parameter.name }
      if all[..<index].contains(where: { $0.name == parameter.name }) { return parameter.name }
    }
    return nil
  }

  private mutating func append(_ piece: UnsafeRawBufferPointer) throws(ParseFailure) {
    if all.count == Self.countMax { throw .queryParametersTooMany }
    let equals = piece.index(of: UInt8(ascii: "="), from: 0) ?? piece.count
    let name = try Self.decode(piece.part(0, equals))
    let value = try Self.decode(piece.part(min(equals + 1, piece.count), piece.count))
    all.append(Parameter(name: name, value: value))
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer) throws(ParseFailure) -> String {
    try PercentCoding.decode(bytes, plusIsSpace: true, failure: .query)
  }

  private static func equal(_ text: String, _ name: StaticString) -> Bool {
    guard text.utf8.count == name.utf8CodeUnitCount else { return false }
    // What was decoded lies in one piece.
    return text.utf8.withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).equals(name) }
      ?? name.withUTF8Buffer { text.utf8.elementsEqual($0) }
  }
}
