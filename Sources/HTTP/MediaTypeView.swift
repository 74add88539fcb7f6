/// A media type or range in somebody else's bytes: where it is cut, nothing copied.
struct MediaTypeView {
  /// `type/subtype`, `type/*` or `*/*`, in the case it was sent.
  let essence: UnsafeRawBufferPointer
  /// The parameters, each to be read as a `ParameterView`.
  let parameters: ListElements

  /// Nil unless the bytes begin with two tokens around a slash, then end or go on with `;`.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let semicolon = bytes.index(of: UInt8(ascii: ";"), from: 0) ?? bytes.count
    essence = bytes.part(0, semicolon).trimmed()
    guard let slash = essence.index(of: UInt8(ascii: "/"), from: 0),
      essence.part(0, slash).isToken, essence.part(slash + 1, essence.count).isToken
    else { return nil }
    let rest = bytes.part(min(semicolon + 1, bytes.count), bytes.count)
    parameters = ListElements(rest, separator: UInt8(ascii: ";"))
  }

  /// `type/*`, and `*/*` too.
  var isSubtypeWildcard: Bool {
    essence[essence.count - 1] == UInt8(ascii: "*")
      && essence[essence.count - 2] == UInt8(ascii: "/")
  }
}
