import Platform

/// Turns UTF-8 into the inside of a JSON string.
///
/// This is where a long response spends its time, so the bytes are looked at eight at a time, and
/// copied before it is known whether they need an escape: what was copied too far is written over.
enum JSONEscaping {
  /// How many bytes are escaped in one go: there must be room for six times as many.
  private static let blockBytes = 256

  /// Appends the text, with escapes for `"`, `\` and all bytes below 0x20.
  static func append(_ text: UnsafeRawBufferPointer, to buffer: ByteBuffer) {
    guard let base = text.baseAddress else { return }
    buffer.reserve(text.count + blockBytes)
    var start = 0
    while start < text.count {
      let count = min(text.count - start, blockBytes)
      // A word may be stored whole where only its first bytes count.
      _ = buffer.appendUninitialized(atMost: count * 6 + 8) { output in
        output.baseAddress.map { escape(base + start, count: count, into: $0) } ?? 0
      }
      start += count
    }
  }

  private static func escape(
    _ source: UnsafeRawPointer, count: Int, into output: UnsafeMutableRawPointer
  ) -> Int {
    var read = 0
    var written = 0
    while read + 8 <= count {
      let word = source.loadUnaligned(fromByteOffset: read, as: UInt64.self)
      output.storeBytes(of: word, toByteOffset: written, as: UInt64.self)
      let marks = specials(in: UInt64(littleEndian: word))
      if marks == 0 {
        read += 8
        written += 8
      } else {
        let clean = marks.trailingZeroBitCount / 8
        let byte = source.load(fromByteOffset: read + clean, as: UInt8.self)
        written += clean
        written += escape(byte, into: output + written)
        read += clean + 1
      }
    }
    while read < count {
      let byte = source.load(fromByteOffset: read, as: UInt8.self)
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        written += escape(byte, into: output + written)
      } else {
        output.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
        written += 1
      }
      read += 1
    }
    return written
  }

  /// Sets the top bit of the first byte of the word that needs an escape, and perhaps of later
  /// ones; 0 if none does. A borrow runs only upwards from a byte that is marked, so the lowest
  /// mark is always true.
  @inline(__always)
  private static func specials(in word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let belowSpace = word &- ones &* 0x20
    let quote = (word ^ ones &* 0x22) &- ones
    let backslash = (word ^ ones &* 0x5C) &- ones
    return (belowSpace | quote | backslash) & ~word & (ones &* 0x80)
  }

  /// Writes one escape and returns its length.
  @inline(never)
  private static func escape(_ byte: UInt8, into output: UnsafeMutableRawPointer) -> Int {
    let letter: UInt8
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
    case 0x08: letter = UInt8(ascii: "b")
    case 0x09: letter = UInt8(ascii: "t")
    case 0x0A: letter = UInt8(ascii: "n")
    case 0x0C: letter = UInt8(ascii: "f")
    case 0x0D: letter = UInt8(ascii: "r")
    default:
      output.copyMemory(from: ("\\u00" as StaticString).utf8Start, byteCount: 4)
      let digits = ("0123456789abcdef" as StaticString).utf8Start
      output.storeBytes(of: digits[Int(byte >> 4)], toByteOffset: 4, as: UInt8.self)
      output.storeBytes(of: digits[Int(byte & 15)], toByteOffset: 5, as: UInt8.self)
      return 6
    }
    output.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
    output.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
    return 2
  }
}
