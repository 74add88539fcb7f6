/// Walks the elements of a comma-separated field value (RFC 9110 §5.6.1): trimmed, empty ones
/// skipped, commas inside quoted strings left alone. Another separator may be given.
struct ListElements: Sequence, IteratorProtocol {
  private let value: UnsafeRawBufferPointer
  private let separator: UInt8
  private var position = 0

  init(_ value: UnsafeRawBufferPointer, separator: UInt8 = UInt8(ascii: ",")) {
    self.value = value
    self.separator = separator
  }

  mutating func next() -> UnsafeRawBufferPointer? {
    while position < value.count {
      let start = position
      skipElement()
      let element = value.part(start, position).trimmed()
      position += 1
      if !element.isEmpty { return element }
    }
    return nil
  }

  private mutating func skipElement() {
    var isQuoted = false
    while position < value.count {
      let byte = value[position]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, byte == separator { return }
      // A quoted pair hides what follows the backslash (RFC 9110 §5.6.4).
      position += isQuoted && byte == UInt8(ascii: "\\") ? 2 : 1
    }
    position = value.count
  }
}
