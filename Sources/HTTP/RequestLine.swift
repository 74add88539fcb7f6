/// The first line of a request, taken apart (RFC 9112 §3).
struct RequestLine {
  let method: Method
  let methodName: Extent
  let version: Version
  let target: Extent
  private(set) var authority = Extent.empty
  private(set) var path = Extent.empty
  private(set) var query = Extent.empty
  /// Where the first field line begins.
  let end: Int

  /// Parses the line a head begins with, `method SP target SP HTTP/1.x CRLF`.
  init(_ head: UnsafeRawBufferPointer, targetBytesMax: Int) throws(ParseFailure) {
    var end = 0
    while Octet.isToken(head[end]) { end &+= 1 }
    guard end > 0, end <= HeadLimits.methodBytesMax, head[end] == Octet.space else {
      throw .requestLine
    }
    methodName = Extent(0, end)
    method = Method.recognise(head.part(0, end))
    let start = end &+ 1
    let mark = try Self.scanTarget(head, start, &end)
    guard end > start, head[end] == Octet.space else { throw .requestLine }
    if end &- start > targetBytesMax { throw .targetTooLong }
    target = Extent(start, end)
    version = try Self.version(head, at: end &+ 1)
    if method == .other, head.part(0, start &- 1).equals("CONNECT") { throw .methodUnsupported }
    self.end = end &+ " HTTP/1.1\r\n".utf8.count
    try split(head, start, end, mark: mark)
  }

  /// Moves `end` to the SP or CR behind the target; gives where its first `?` stands, or -1.
  private static func scanTarget(
    _ head: UnsafeRawBufferPointer, _ start: Int, _ end: inout Int
  ) throws(ParseFailure) -> Int {
    var mark = -1
    end = start
    while true {
      let byte = head[end]
      if !Octet.isTarget(byte) {
        if byte == Octet.space || byte == Octet.carriageReturn { return mark }
        guard byte == UInt8(ascii: "?") else { throw .target }
        if mark < 0 { mark = end }
      }
      end &+= 1
    }
  }

  private static func version(
    _ head: UnsafeRawBufferPointer, at start: Int
  ) throws(ParseFailure) -> Version {
    guard start &+ 10 <= head.count else { throw .requestLine }
    let bytes = head.part(start, start &+ 10)
    guard bytes.part(0, 5).equals("HTTP/"), Octet.isDigit(bytes[5]),
      bytes[6] == UInt8(ascii: "."), Octet.isDigit(bytes[7]), bytes[8] == Octet.carriageReturn,
      bytes[9] == Octet.lineFeed
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

  /// The position behind `http://`. A URI of `https` is not to be answered over a connection like
  /// this one (RFC 9110 §7.4).
  private static func endOfScheme(
    _ line: UnsafeRawBufferPointer, _ start: Int
  ) throws(ParseFailure) -> Int {
    let end = start + "http://".utf8.count
    guard end <= line.count, line.part(start, end).equals(lowercase: "http://") else {
      throw .target
    }
    return end
  }
}
