/// What a JSON value is. The numbers are those of `csj_kind`.
@frozen public enum JSONKind: UInt8, Sendable {
  /// The literal `null`.
  case null = 0
  /// The literal `false`.
  case `false` = 1
  /// The literal `true`.
  case `true` = 2
  /// A number of any size.
  case number = 3
  /// A string.
  case string = 4
  /// A list of elements.
  case array = 5
  /// A list of members, each a key and a value.
  case object = 6
}
