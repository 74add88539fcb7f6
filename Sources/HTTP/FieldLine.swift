/// Where one field line lies in the bytes of its head.

struct FieldLine: Sendable {
  let field: FieldName
  let name: Extent
  let value: Extent

  /// Reads the line that begins at `position` of a head whose lines all end with CRLF, and says
  /// where the next one begins (RFC 9112 §5).
  static func parse(
    _ head: UnsafeRawBufferPointer, at position: Int
  ) throws(ParseFailure) -> (line: FieldLine, next: Int) {
    var colon = position
    while Octet.isToken(head[colon]) { colon &+= 1 }
    guard colon > position, head[colon] == UInt8(ascii: ":") else {
      throw Octet.isBlank(head[position]) ? .obsoleteFolding : .fieldName
    }
    let end = head.endOfFieldContent(from: colon &+ 1)
    guard end &+ 1 < head.count, head[end] == Octet.carriageReturn,
      head[end &+ 1] == Octet.lineFeed
    else { throw .fieldValue }
    var lower = colon &+ 1
    var upper = end
    while lower < upper, Octet.isBlank(head[lower]) { lower &+= 1 }
    while upper > lower, Octet.isBlank(head[upper &- 1]) { upper &-= 1 }
    let line = FieldLine(
      field: FieldName.recognise(head.part(position, colon)),
      name: Extent(position, colon), value: Extent(lower, upper))
    return (line, end &+ 2)
  }
}
