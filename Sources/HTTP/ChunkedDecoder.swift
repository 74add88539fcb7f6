/// Takes a chunked body apart (RFC 9112 §7.1) without copying it: data comes back as ranges of the
/// input. Any cut of the same bytes gives the same data. One a body.
///
/// Line ends are strict CRLF. Extensions and trailers are checked, bounded and dropped. How large
/// the body may be is the caller's to count.
public struct ChunkedDecoder: Sendable {
  /// What one call found.
  public enum Step: Equatable, Sendable {
    /// All `consumed` bytes were framing; the body goes on behind them.
    case needMore(consumed: Int)
    /// Body bytes at this range of the input; drop `consumed` bytes when they have been used.
    case data(Range<Int>, consumed: Int)
    /// The body is complete; what follows `consumed` bytes is the next request.
    case end(consumed: Int)
  }

  /// Hexadecimal digits of a chunk size, leading zeros included.
  static let sizeDigitsMax = 16
  /// Bytes of the extensions of one chunk.
  static let extensionBytesMax = 256
  /// Bytes of the extensions of all the chunks of one body.
  static let extensionBytesTotalMax = 16 << 10
  /// Bytes of the trailer section.
  static let trailerBytesMax = 8 << 10

  private enum State {
    case size, blankAfterSize, chunkExtension, sizeLineFeed
    case data, dataCarriageReturn, dataLineFeed
    case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed, done
  }

  private var state = State.size
  private var digits = 0
  private var extensionBytes = 0
  private var extensionBytesTotal = 0
  private var trailerBytes = 0
  /// Bytes of the present chunk that are still to come; while in `size`, the size so far.
  private var remaining = 0

  /// A decoder that stands before the first chunk.
  public init() {}

  /// Reads on in `input`, the connection's unconsumed bytes, up to the first body bytes, the end of
  /// the body, or the end of the input. Drop the consumed bytes, then call again. Once it has said
  /// `.end` it says so for ever, and consumes nothing more.
  ///
  /// Throws `.chunkSize`, `.chunkExtension`, `.chunkEnd`, `.trailer` or `.trailersTooLarge`; the
  /// connection has then lost its place.
  public mutating func next(_ input: UnsafeRawBufferPointer) throws(ParseFailure) -> Step {
    var position = 0
    while state != .done {
      guard position < input.count else { return .needMore(consumed: position) }
      if state == .data {
        let upper = position + min(remaining, input.count - position)
        remaining -= upper - position
        if remaining == 0 { state = .dataCarriageReturn }
        return .data(position..<upper, consumed: upper)
      }
      try take(input[position])
      position += 1
    }
    return .end(consumed: position)
  }

  /// Moves on by one byte of framing.
  private mutating func take(_ byte: UInt8) throws(ParseFailure) {
    switch state {
    case .size: try takeSize(byte)
    case .blankAfterSize, .chunkExtension: try takeExtension(byte)
    case .sizeLineFeed:
      guard byte == Octet.lineFeed else { throw .chunkSize }
      state = remaining == 0 ? .trailerStart : .data
    case .dataCarriageReturn:
      guard byte == Octet.carriageReturn else { throw .chunkEnd }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == Octet.lineFeed else { throw .chunkEnd }
      state = .size
      digits = 0
      extensionBytes = 0
    default: try takeTrailer(byte)
    }
  }

  private mutating func takeSize(_ byte: UInt8) throws(ParseFailure) {
    if let digit = Octet.hexValue(byte) {
      digits += 1
      guard digits <= Self.sizeDigitsMax, remaining <= Int.max >> 4 else { throw .chunkSize }
      remaining = remaining << 4 | Int(digit)
      return
    }
    guard digits > 0 else { throw .chunkSize }
    switch byte {
    case Octet.carriageReturn: state = .sizeLineFeed
    case UInt8(ascii: ";"): state = .chunkExtension
    case Octet.space, Octet.tab: state = .blankAfterSize
    default: throw .chunkSize
    }
  }

  /// Blanks may stand before the `;` of an extension, and nowhere else behind a size.
  private mutating func takeExtension(_ byte: UInt8) throws(ParseFailure) {
    extensionBytes += 1
    extensionBytesTotal += 1
    guard extensionBytes <= Self.extensionBytesMax,
      extensionBytesTotal <= Self.extensionBytesTotalMax
    else { throw .chunkExtension }
    if state == .blankAfterSize {
      if byte == UInt8(ascii: ";") {
        state = .chunkExtension
      } else {
        guard Octet.isBlank(byte) else { throw .chunkSize }
      }
    } else if byte == Octet.carriageReturn {
      state = .sizeLineFeed
    } else if !Octet.isFieldContent(byte) {
      throw .chunkExtension
    }
  }

  private mutating func takeTrailer(_ byte: UInt8) throws(ParseFailure) {
    trailerBytes += 1
    if trailerBytes > Self.trailerBytesMax { throw .trailersTooLarge }
    switch state {
    case .trailerStart where byte == Octet.carriageReturn: state = .lastLineFeed
    case .trailerStart where Octet.isToken(byte): state = .trailerName
    case .trailerName where Octet.isToken(byte): break
    case .trailerName where byte == UInt8(ascii: ":"): state = .trailerValue
    case .trailerValue where byte == Octet.carriageReturn: state = .trailerLineFeed
    case .trailerValue where Octet.isFieldContent(byte): break
    case .trailerLineFeed where byte == Octet.lineFeed: state = .trailerStart
    case .lastLineFeed where byte == Octet.lineFeed: state = .done
    default: throw .trailer
    }
  }
}
