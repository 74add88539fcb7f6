/// A media type with its parameters (RFC 9110 §8.3.1). Type, subtype and parameter names are kept
/// in lower case. Equality compares parameters too; `firstIndex` does not.
public struct MediaType: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// One parameter, its value without quotes.
  public struct Parameter: Hashable, Sendable {
    /// The name in lower case.
    public let name: String
    /// The value as it was written.
    public let value: String
  }

  /// `type/subtype` in lower case.
  public let essence: String
  /// The parameters in the order they were written.
  public let parameters: [Parameter]
  private let essenceBytes: [UInt8]

  /// Parses `type/subtype *( ; name=value )`; nil for anything else.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard let view = MediaTypeView(bytes) else { return nil }
    essenceBytes = view.essence.map(Octet.lowercased)
    essence = String(decoding: essenceBytes, as: UTF8.self)
    var parameters: [Parameter] = []
    var pairs = view.parameters
    while let element = pairs.next() {
      guard let pair = ParameterView(element) else { return nil }
      parameters.append(Parameter(name: pair.name.text.lowercased(), value: pair.text))
    }
    self.parameters = parameters
  }

  /// Parses a media type from text.
  public init?(_ text: String) {
    var text = text
    guard let parsed = text.withUTF8({ MediaType(UnsafeRawBufferPointer($0)) }) else {
      return nil
    }
    self = parsed
  }

  /// A media type written in the program. Stops the program when it is malformed.
  public init(stringLiteral text: String) {
    guard let parsed = MediaType(text) else { preconditionFailure("not a media type: \(text)") }
    self = parsed
  }

  /// The value of a parameter, its name given in lower case.
  public func parameter(_ name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  /// The first of these types that a Content-Type value names, whatever its parameters. Allocates
  /// nothing.
  public static func firstIndex(
    of contentType: UnsafeRawBufferPointer, in types: [MediaType]
  ) -> Int? {
    guard let view = MediaTypeView(contentType) else { return nil }
    for index in types.indices
    where types[index].essenceBytes.withUnsafeBytes(view.essence.equalsIgnoringCase) {
      return index
    }
    return nil
  }

  /// The type as it may be sent.
  public var description: String {
    parameters.reduce(into: essence) { text, parameter in
      let isToken = !parameter.value.isEmpty && parameter.value.utf8.allSatisfy(Octet.isToken)
      let quoted = parameter.value
        .split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
        .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
      text += "; \(parameter.name)=" + (isToken ? parameter.value : "\"\(quoted)\"")
    }
  }

  /// How specific the match is: 0 for `*/*`, 1 for `type/*`, 2 for `type/subtype` and one more for
  /// each parameter; nil when a range does not match this type. `charset` is not compared, since
  /// clients ask for JSON in UTF-8 as if there were another.
  func specificity(of range: MediaTypeView, parameters: ListElements) -> Int? {
    let matched = essenceBytes.withUnsafeBytes { own -> Int? in
      if range.essence.equals("*/*") { return 0 }
      if range.isSubtypeWildcard {
        let prefix = range.essence.count - 1
        guard own.count >= prefix else { return nil }
        return own.part(0, prefix).equalsIgnoringCase(range.essence.part(0, prefix)) ? 1 : nil
      }
      return own.equalsIgnoringCase(range.essence) ? 2 : nil
    }
    guard var specificity = matched else { return nil }
    for element in parameters {
      guard let pair = ParameterView(element) else { return nil }
      if pair.name.equals(lowercase: "q") { break }
      if pair.name.equals(lowercase: "charset") { continue }
      guard has(pair) else { return nil }
      specificity += 1
    }
    return specificity
  }

  private func has(_ pair: ParameterView) -> Bool {
    parameters.contains { own in
      pair.name.elementsEqual(own.name.utf8) { Octet.lowercased($0) == $1 }
        && pair.value.elementsEqual(own.value.utf8) {
          Octet.lowercased($0) == Octet.lowercased($1)
        }
    }
  }
}
