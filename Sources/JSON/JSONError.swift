/// Why a text is not a JSON document (RFC 8259) that this module takes, and where, in bytes from
/// its start.
///
/// The place is that of the offending token, or of the one in front of it. Faults that are found
/// before the text is cut into tokens have none.
public enum JSONError: Error, Equatable, Sendable {
  /// There is nothing but white space.
  case empty
  /// The document is longer than `JSONParser.lengthMax` bytes.
  case tooLarge
  /// Objects and arrays nest deeper than `JSONParser.depthMax`.
  case tooDeep(offset: Int)
  /// The text is not UTF-8.
  case invalidUTF8
  /// A string holds a control character that is not escaped.
  case controlCharacter
  /// A string has no end.
  case unclosedString
  /// A string has an escape that does not exist, or half of a surrogate pair.
  case badString(offset: Int)
  /// A number breaks the grammar.
  case badNumber(offset: Int)
  /// A word is neither `true` nor `false` nor `null`.
  case badLiteral(offset: Int)
  /// A comma, colon, bracket or value is missing or stands in the wrong place.
  case badStructure(offset: Int)
  /// Something follows the document.
  case trailingContent(offset: Int)
  /// There is no memory for the document.
  case outOfMemory

  /// The place, if it is known.
  public var offset: Int? {
    switch self {
    case .tooDeep(let offset), .badString(let offset), .badNumber(let offset),
      .badLiteral(let offset), .badStructure(let offset), .trailingContent(let offset):
      return offset
    case .empty, .tooLarge, .invalidUTF8, .controlCharacter, .unclosedString, .outOfMemory:
      return nil
    }
  }

  /// What is wrong, as part of a sentence, without the place.
  public var message: String {
    switch self {
    case .empty: return "the JSON text is empty"
    case .tooLarge: return "the JSON text is longer than \(JSONParser.lengthMax) bytes"
    case .tooDeep: return "objects and arrays nest deeper than \(JSONParser.depthMax)"
    case .invalidUTF8: return "the JSON text is not valid UTF-8"
    case .controlCharacter: return "a string holds a control character that is not escaped"
    case .unclosedString: return "a string has no closing quote"
    case .badString: return "a string holds an escape that is not valid"
    case .badNumber: return "a number is not valid"
    case .badLiteral: return "a word is neither true nor false nor null"
    case .badStructure: return "a comma, colon, bracket or value is missing or out of place"
    case .trailingContent: return "something follows the end of the JSON text"
    case .outOfMemory: return "there is no memory for the JSON text"
    }
  }
}

extension JSONError: CustomStringConvertible {
  /// The message, with the place where it is known.
  public var description: String {
    guard let offset else { return message }
    return "\(message), at byte \(offset)"
  }
}
