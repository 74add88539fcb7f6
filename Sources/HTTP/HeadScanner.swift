/// Looks for the end of a head and remembers how far it has looked, so that a head which arrives
/// in many pieces costs linear time. Line ends are strict: every LF has its CR.
struct HeadScanner {
  /// Bytes of the input that need not be looked at again.
  private var scanned = 0
  private var lineStart = 0
  private var emptyLines = 0
  /// Where the request line begins, behind the empty lines that were skipped.
  private(set) var start = 0
  /// Complete lines so far, the request line included.
  private(set) var lineCount = 0

  /// Whether a head has begun and not ended.
  var isInsideHead: Bool { scanned > start }

  /// The position behind the empty line that ends the head, or nil while it has not come.
  ///
  /// The same bytes give the same failure however they are cut.
  mutating func advance(
    _ input: UnsafeRawBufferPointer, _ limits: HeadLimits
  ) throws(ParseFailure) -> Int? {
    if lineCount == 0, start < input.count { try checkFirstByte(input[start]) }
    var position = scanned
    var lines = lineCount
    while let end = input.index(of: Octet.lineFeed, from: position) {
      try check(limits, lines, upTo: end &+ 1)
      guard end > lineStart, input[end &- 1] == Octet.carriageReturn else { throw .bareLineFeed }
      let isEmptyLine = end == lineStart &+ 1
      position = end &+ 1
      lineStart = position
      if !isEmptyLine {
        lines &+= 1
        if lines > limits.fieldsMax &+ 1 { throw .fieldsTooMany }
      } else if lines > 0 {
        lineCount = lines
        return position
      } else {
        try skipEmptyLine(input)
      }
    }
    try check(limits, lines, upTo: input.count)
    lineCount = lines
    scanned = input.count
    return nil
  }

  private mutating func skipEmptyLine(_ input: UnsafeRawBufferPointer) throws(ParseFailure) {
    start = lineStart
    emptyLines += 1
    if emptyLines > HeadLimits.emptyLinesMax { throw .emptyLinesTooMany }
    if start < input.count { try checkFirstByte(input[start]) }
  }

  /// What cannot begin a method, a TLS record say, is refused without waiting for a line to end.
  private func checkFirstByte(_ byte: UInt8) throws(ParseFailure) {
    if Octet.isToken(byte) || byte == Octet.carriageReturn { return }
    throw byte == Octet.lineFeed ? .bareLineFeed : .requestLine
  }

  @inline(__always) private func check(
    _ limits: HeadLimits, _ lines: Int, upTo end: Int
  ) throws(ParseFailure) {
    let size = end &- start
    if lines == 0, size > limits.firstLineBytesMax { throw .targetTooLong }
    if size > limits.headBytesMax { throw .headTooLarge }
  }
}
