/// The one word by which consumers choose records without anybody looking at them.
public struct Tag: Hashable, Sendable {
  /// How long a tag may be, in bytes.
  public static let bytesMax = 255
  /// The name of the record header that carries the tag.
  public static let headerName: StaticString = "tag"

  /// The tag's bytes, UTF-8 when it came as text.
  public let bytes: [UInt8]

  /// A tag of these bytes, or `nil` if there are none or too many of them.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty, bytes.count <= Tag.bytesMax else { return nil }
    self.bytes = [UInt8](bytes)
  }

  /// A tag of this text, or `nil` if it is empty or too long.
  public init?(_ text: String) {
    let bytes = [UInt8](text.utf8)
    guard !bytes.isEmpty, bytes.count <= Tag.bytesMax else { return nil }
    self.bytes = bytes
  }

  /// True for the name of the header that carries the tag.
  static func isHeaderName(_ name: UnsafeRawBufferPointer) -> Bool {
    let wanted = headerName
    return name.count == wanted.utf8CodeUnitCount
      && name.elementsEqual(
        UnsafeRawBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount))
  }

  /// True when the tag consists of just these bytes.
  func matches(_ other: UnsafeRawBufferPointer) -> Bool {
    bytes.count == other.count && bytes.withUnsafeBytes { $0.elementsEqual(other) }
  }
}
