import Foundation

/// A JSON value read with Foundation, independently of the server's own reader. Looking into what
/// is not there gives nothing instead of failing, so that an expectation shows what came.
public struct JSONDocument: CustomStringConvertible {
  private let value: Any?

  /// The document in these bytes; nothing if they are not JSON.
  public init(_ bytes: [UInt8]) {
    value = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
  }

  private init(value: Any?) { self.value = value }

  /// True when there is nothing: a missing member, or bytes that are not JSON. `null` is something.
  public var isMissing: Bool { value == nil }

  /// True for `null`.
  public var isNull: Bool { value is NSNull }

  /// A member of an object.
  public subscript(name: String) -> JSONDocument {
    JSONDocument(value: (value as? [String: Any])?[name])
  }

  /// An element of an array.
  public subscript(index: Int) -> JSONDocument {
    let elements = value as? [Any] ?? []
    return JSONDocument(value: elements.indices.contains(index) ? elements[index] : nil)
  }

  /// The text of a string.
  public var string: String? { value as? String }

  /// A whole number.
  public var int: Int? { (value as? NSNumber)?.intValue }

  /// Any number.
  public var double: Double? { (value as? NSNumber)?.doubleValue }

  /// True or false.
  public var bool: Bool? { value as? Bool }

  /// An array's elements; empty where there is no array.
  public var array: [JSONDocument] { (value as? [Any] ?? []).map { JSONDocument(value: $0) } }

  /// True for an array.
  public var isArray: Bool { value is [Any] }

  /// An object's member names, sorted.
  public var names: [String] { ((value as? [String: Any])?.keys).map { $0.sorted() } ?? [] }

  /// The bytes of a string in base64.
  public var base64: [UInt8]? { string.flatMap { Data(base64Encoded: $0) }.map { Array($0) } }

  /// The value in one line, with sorted names.
  public var description: String {
    guard let value else { return "(nothing)" }
    let data = try? JSONSerialization.data(
      withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "(unprintable)"
  }
}
