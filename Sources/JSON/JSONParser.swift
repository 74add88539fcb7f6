import CSimdjson

/// Reads JSON documents, one after the other, over simdjson's on-demand parser.
///
/// A parser has one owner, who may use it on one thread at a time. It keeps its memory from
/// document to document and allocates nothing once it has seen one as large: about 8 bytes for each
/// byte of text, plus 24 for each value and key.
///
/// A `JSONValue` is a view into that memory. It is valid until the parser is used again or
/// released, and it does not keep the parser alive: hold the parser in a property, as every
/// connection does.
public final class JSONParser {
  /// How deep objects and arrays may nest.
  public static let depthMax = Int(CSJ_DEPTH_MAX)
  /// The longest document, in bytes.
  public static let lengthMax = Int(CSJ_LENGTH_MAX)

  private let parser: OpaquePointer

  /// A parser with no memory yet.
  public init() {
    guard let parser = csj_create() else { fatalError("out of memory") }
    self.parser = parser
  }

  deinit { csj_destroy(parser) }

  /// Checks all of the document and returns its outermost value.
  ///
  /// The bytes are copied: they need no padding and may change or go while the value is in use.
  public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
    let result = csj_parse(parser, bytes.baseAddress, bytes.count)
    guard let root = result.root else {
      throw JSONError(status: csj_status(UInt32(result.status)), offset: Int(result.offset))
    }
    return JSONValue(node: root)
  }

  /// True if the bytes are one JSON object or one JSON array, with white space around it at most.
  ///
  /// What cannot be one is told by its first and last bytes. It counts as a use of the parser.
  public func isContainer(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var first = 0
    var last = bytes.count - 1
    while first < last, isSpace(bytes[first]) { first += 1 }
    while first < last, isSpace(bytes[last]) { last -= 1 }
    guard first < last else { return false }
    switch (bytes[first], bytes[last]) {
    case (UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]")):
      return csj_parse(parser, bytes.baseAddress, bytes.count).root != nil
    default:
      return false
    }
  }

  /// Gives back the memory that a large document has left behind.
  public func releaseMemory() {
    csj_release(parser)
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}

extension JSONError {
  init(status: csj_status, offset: Int) {
    switch status {
    case CSJ_EMPTY: self = .empty
    case CSJ_TOO_LARGE: self = .tooLarge
    case CSJ_TOO_DEEP: self = .tooDeep(offset: offset)
    case CSJ_BAD_UTF8: self = .invalidUTF8
    case CSJ_CONTROL_CHARACTER: self = .controlCharacter
    case CSJ_UNCLOSED_STRING: self = .unclosedString
    case CSJ_BAD_STRING: self = .badString(offset: offset)
    case CSJ_BAD_NUMBER: self = .badNumber(offset: offset)
    case CSJ_BAD_LITERAL: self = .badLiteral(offset: offset)
    case CSJ_TRAILING_CONTENT: self = .trailingContent(offset: offset)
    case CSJ_NO_MEMORY: self = .outOfMemory
    default: self = .badStructure(offset: max(offset, 0))
    }
  }
}
