import HTTP

/// Shorthand for tests: text in, values out.
enum Parsing {
  static func bytes<Result>(
    _ text: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try Array(text.utf8).withUnsafeBytes(body)
  }

  /// The head that `text` begins with, or nil when it is not complete.
  static func head(_ text: String, limits: HeadLimits = HeadLimits()) throws -> RequestHead? {
    try bytes(text) { bytes in
      var parser = RequestParser(limits: limits)
      guard case .head(let head, let consumed) = try parser.next(bytes) else { return nil }
      precondition(consumed <= bytes.count, "consumed more than was given")
      return head
    }
  }

  /// `400 malformed_request`, or `ok`, or `incomplete`; the whole text in one piece.
  static func verdict(_ text: String, limits: HeadLimits = HeadLimits()) -> String {
    do {
      return try head(text, limits: limits) == nil ? "incomplete" : "ok"
    } catch let failure as ParseFailure {
      return "\(failure.status.code) \(failure.code)"
    } catch {
      return "\(error)"
    }
  }

  /// The same verdict with the bytes handed over one more at a time.
  static func verdictByteByByte(_ text: String, limits: HeadLimits = HeadLimits()) -> String {
    bytes(text) { bytes in
      var parser = RequestParser(limits: limits)
      do throws(ParseFailure) {
        for count in 0...bytes.count {
          let piece = UnsafeRawBufferPointer(rebasing: bytes[..<count])
          if case .head = try parser.next(piece) { return "ok" }
        }
        return "incomplete"
      } catch {
        return "\(error.status.code) \(error.code)"
      }
    }
  }
}
