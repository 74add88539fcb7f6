import Platform

/// Turns UTF-8 into the inside of a JSON string.
///
/// This is where a long response spends its time, so the bytes are looked at sixteen at a time,
/// and copied before it is known whether they need an escape: what was copied too far is written
/// over.
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
      // A vector may be stored whole where only its first bytes count.
      _ = buffer.appendUninitialized(atMost: count * 6 + 16) { output in
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
    while read &+ 16 <= count {
      let vector = source.loadUnaligned(fromByteOffset: read, as: SIMD16<UInt8>.self)
      output.storeBytes(of: vector, toByteOffset: written, as: SIMD16<UInt8>.self)
      guard let clean = firstSpecial(in: vector) else {
        read &+= 16
        written &+= 16
        continue
      }
      let byte = source.load(fromByteOffset: read &+ clean, as: UInt8.self)
      written &+= clean &+ escape(byte, into: output + (written &+ clean))
      read &+= clean &+ 1
    }
    return written &+ escapeRest(source + read, count: count &- read, into: output + written)
  }

  /// Fewer than 16 bytes: filled up with spaces, they can be looked at together as well.
  private static func escapeRest(
    _ source: UnsafeRawPointer, count: Int, into output: UnsafeMutableRawPointer
  ) -> Int {
    guard count > 0 else { return 0 }
    var vector = SIMD16<UInt8>(repeating: 0x20)
    withUnsafeMutableBytes(of: &vector) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count))
    }
    output.storeBytes(of: vector, as: SIMD16<UInt8>.self)
    guard let clean = firstSpecial(in: vector) else { return count }
    var read = clean
    var written = clean
    while read < count {
      let byte = source.load(fromByteOffset: read, as: UInt8.self)
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        written &+= escape(byte, into: output + written)
      } else {
        output.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
        written &+= 1
      }
      read &+= 1
    }
    return written
  }

  /// The index of the first byte that needs an escape. The vectors are spelled out, because the
  /// operators that take a scalar are generic, and a hundred times slower.
  @inline(__always)
  private static func firstSpecial(in vector: SIMD16<UInt8>) -> Int? {
    let control = vector .< SIMD16<UInt8>(repeating: 0x20)
    let quote = vector .== SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
    let backslash = vector .== SIMD16<UInt8>(repeating: UInt8(ascii: "\\"))
    let marks = unsafeBitCast(control .| quote .| backslash, to: SIMD2<UInt64>.self)
    if marks[0] | marks[1] == 0 { return nil }
    let low = UInt64(littleEndian: marks[0])
    if low != 0 { return low.trailingZeroBitCount / 8 }
    return 8 &+ UInt64(littleEndian: marks[1]).trailingZeroBitCount / 8
  }

  /// Writes one escape and returns its length.
  @inline(__always)
  private static func escape(_ byte: UInt8, into output: UnsafeMutableRawPointer) -> Int {
    // The letter behind the backslash for each control character; quote and backslash stand for
    // themselves, so only a control character without a letter of its own is a `u`.
    let letters = ("uuuuuuuubtnufruuuuuuuuuuuuuuuuuu" as StaticString).utf8Start
    let letter = byte < 0x20 ? letters[Int(byte)] : byte
    output.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
    output.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
    guard letter == UInt8(ascii: "u") else { return 2 }
    let digits = ("0123456789abcdef" as StaticString).utf8Start
    output.storeBytes(of: UInt8(ascii: "0"), toByteOffset: 2, as: UInt8.self)
    output.storeBytes(of: UInt8(ascii: "0"), toByteOffset: 3, as: UInt8.self)
    output.storeBytes(of: digits[Int(byte >> 4)], toByteOffset: 4, as: UInt8.self)
    output.storeBytes(of: digits[Int(byte & 15)], toByteOffset: 5, as: UInt8.self)
    return 6
  }
}
