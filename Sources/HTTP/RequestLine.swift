/// The first line of a request, taken apart (RFC 9112 §3).
struct RequestLine {
  let method: Method
  let methodName: Extent
  let version: Version
  let target: Extent
  private(set) var authority = Extent.empty
  private(set) var path = Extent.empty
  private(set) var query = Extent.empty

  /// Parses a line without its CRLF: `method SP target SP HTTP/1.x`.
  init(_ line: UnsafeRawBufferPointer, targetBytesMax: Int) throws(ParseFailure) {
    var end = 0
    while end < line.count, Octet.isToken(line[end]) { end &+= 1 }
    guard end > 0, end <= HeadLimits.methodBytesMax, end < line.count,
      line[end] == Octet.space
    else { throw .requestLine }
    methodName = Extent(0, end)
    method = Method.recognise(line.part(0, end))

    let start = end &+ 1
    var mark = -1
    end = start
    while end < line.count, line[end] != Octet.space {
      let byte = line[end]
      guard byte > 0x20, byte < Octet.delete, byte != UInt8(ascii: "#") else { throw .target }
      if byte == UInt8(ascii: "?"), mark < 0 { mark = end }
      end &+= 1
    }
    guard end > start, end < line.count else { throw .requestLine }
    if end &- start > targetBytesMax { throw .targetTooLong }
    target = Extent(start, end)
    version = try Self.version(line.part(end &+ 1, line.count))
    if method == .other, line.part(0, start &- 1).equals("CONNECT") { throw .methodUnsupported }
    try split(line, start, end, mark: mark)
  }

  private static func version(_ bytes: UnsafeRawBufferPointer) throws(ParseFailure) -> Version {
    guard bytes.count == 8, bytes.part(0, 5).equals("HTTP/"), Octet.isDigit(bytes[5]),
      bytes[6] == UInt8(ascii: "."), Octet.isDigit(bytes[7])
    else { throw .requestLine }
    guard bytes[5] == UInt8(ascii: "1") else { throw .versionUnsupported }
    return bytes[7] == UInt8(ascii: "0") ? .http10 : .http11
  }

  /// Tells origin-form, absolute-form and `*` apart; `mark` is where the first `?` stands, or -1.
  private mutating func split(
    _ line: UnsafeRawBufferPointer, _ start: Int, _ end: Int, mark: Int
  ) throws(ParseFailure) {
    let pathEnd = mark < 0 ? end : mark
    if mark >= 0 { query = Extent(mark &+ 1, end) }
    if line[start] == UInt8(ascii: "/") {
      path = Extent(start, pathEnd)
    } else if line[start] == UInt8(ascii: "*") {
      guard method == .options, end == start &+ 1 else { throw .target }
      path = target
    } else {
      let authorityStart = try Self.endOfScheme(line, start)
      let slash = line.index(of: UInt8(ascii: "/"), from: authorityStart) ?? pathEnd
      let authorityEnd = min(slash, pathEnd)
      guard Authority.split(line.part(authorityStart, authorityEnd)) != nil else { throw .target }
      authority = Extent(authorityStart, authorityEnd)
      path = Extent(authorityEnd, pathEnd)
    }
  }

  /// The position behind `http://` or `https://`.
  private static func endOfScheme(
    _ line: UnsafeRawBufferPointer, _ start: Int
  ) throws(ParseFailure) -> Int {
    for (length, scheme) in [(7, "http://" as StaticString), (8, "https://")]
    where start + length <= line.count {
      if line.part(start, start + length).equals(lowercase: scheme) { return start + length }
    }
    throw .target
  }
}
