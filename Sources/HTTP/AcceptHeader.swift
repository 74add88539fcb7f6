/// Content negotiation by the Accept field (RFC 9110 §12.5.1).
public enum AcceptHeader {
  /// The offered type that the value likes best, or nil when it wants none of them.
  ///
  /// The most specific range that matches a type gives its quality. Of equal qualities the type
  /// named more specifically wins, then the one offered first; so `*/*`, and an empty value, give
  /// the first. Malformed ranges match nothing. Allocates nothing.
  public static func choose(
    _ accept: UnsafeRawBufferPointer, from offered: [MediaType]
  ) -> MediaType? {
    var ranges = ListElements(accept)
    if ranges.next() == nil { return offered.first }
    if !accept.contains(where: isListOrWildcard) {
      return MediaType.firstIndex(of: accept, in: offered).map { offered[$0] }
    }
    var best: (index: Int, quality: Int, specificity: Int)?
    for index in offered.indices {
      guard let match = match(accept, offered[index]), match.quality > 0 else { continue }
      if let best, (match.quality, match.specificity) <= (best.quality, best.specificity) {
        continue
      }
      best = (index, match.quality, match.specificity)
    }
    return best.map { offered[$0.index] }
  }

  /// Without these bytes a value is one plain type, which is what programs send.
  private static func isListOrWildcard(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "*")
  }

  /// The quality, in thousandths, that the most specific range gives a type.
  private static func match(
    _ accept: UnsafeRawBufferPointer, _ type: MediaType
  ) -> (quality: Int, specificity: Int)? {
    var best: (quality: Int, specificity: Int)?
    for element in ListElements(accept) {
      guard let range = MediaTypeView(element), let quality = quality(range.parameters),
        let specificity = type.specificity(of: range, parameters: range.parameters)
      else { continue }
      if let best, specificity <= best.specificity { continue }
      best = (quality, specificity)
    }
    return best
  }

  /// The value of `q` in thousandths, 1000 without one, nil when it is malformed (§12.4.2).
  private static func quality(_ parameters: ListElements) -> Int? {
    for element in parameters {
      guard let pair = ParameterView(element) else { return nil }
      guard pair.name.equals(lowercase: "q") else { continue }
      let value = pair.value
      guard let first = value.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"),
        value.count <= 5, value.count == 1 || value[1] == UInt8(ascii: ".")
      else { return nil }
      var thousandths = Int(first &- 0x30) * 1000
      for (place, digit) in zip([100, 10, 1], value.dropFirst(2)) {
        guard Octet.isDigit(digit) else { return nil }
        thousandths += place * Int(digit &- 0x30)
      }
      return thousandths <= 1000 ? thousandths : nil
    }
    return 1000
  }
}
