import JSON

/// What the tests of this module share: parsing text, and drawing values to compare.
enum Documents {
  /// Runs the body on the text's bytes.
  static func withBytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    Array(text.utf8).withUnsafeBytes(body)
  }

  /// The outermost value, drawn; or the error.
  static func outcome(_ bytes: [UInt8], _ parser: JSONParser) -> String {
    bytes.withUnsafeBytes { bytes in
      do throws(JSONError) {
        return drawn(try parser.parse(bytes))
      } catch {
        return "\(error)"
      }
    }
  }

  /// The error that the text is refused with.
  static func refusal(_ bytes: [UInt8], _ parser: JSONParser) -> JSONError? {
    bytes.withUnsafeBytes { bytes in
      do throws(JSONError) {
        _ = try parser.parse(bytes)
        return nil
      } catch {
        return error
      }
    }
  }

  /// The value as text: strings unescaped and between bars, containers with their counts.
  static func drawn(_ value: JSONValue) -> String {
    switch value.kind {
    case .null, .true, .false, .number: return String(decoding: value.text, as: UTF8.self)
    case .string: return "|\(value.string ?? "?")|"
    case .array:
      return "\(value.count)[\(value.elements.map(drawn).joined(separator: " "))]"
    case .object:
      let members = value.members.map { "\($0.key.string)=\(drawn($0.value))" }
      return "\(value.count){\(members.joined(separator: " "))}"
    }
  }
}
