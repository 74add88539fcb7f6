import JSON
import Platform
import Testing

@Suite struct Base64Tests {
  /// RFC 4648, section 10.
  static let vectors = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\u{3fb}\u{ff}", "z7vDvw=="),
    (">>>???", "Pj4+Pz8/"),
  ]

  @Test func encodesTheVectorsOfTheRFC() {
    let encoded = Self.vectors.map { vector in
      let buffer = ByteBuffer()
      Documents.withBytes(vector.0) { Base64.encode($0, into: buffer) }
      return String(decoding: buffer.bytes, as: UTF8.self)
    }
    #expect(encoded == Self.vectors.map { $0.1 })
  }

  @Test func decodesTheVectorsOfTheRFC() {
    let decoded = Self.vectors.map { vector in
      let buffer = ByteBuffer()
      let isValid = Documents.withBytes(vector.1) { Base64.decode($0, into: buffer) }
      return isValid ? String(decoding: buffer.bytes, as: UTF8.self) : "refused"
    }
    #expect(decoded == Self.vectors.map { $0.0 })
  }

  @Test func refusesEverythingElseAndAppendsNothing() {
    let bad = [
      "Z", "Zg", "Zg=", "Zg===", "====", "=", "Zm9v====", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm9-",
      "Zm9_",
      "Zh==", "Zm9=", "Z===", "=Zg=", "Zg=a", "Zm9\u{e9}", "Zm9*", "A=AA",
    ]
    let taken = bad.filter { text in
      let buffer = ByteBuffer()
      buffer.append("x" as StaticString)
      let isValid = Documents.withBytes(text) { Base64.decode($0, into: buffer) }
      return isValid || buffer.count != 1
    }
    #expect(taken == [])
  }
}
