/// One record as it lies in a batch: views into the batch's bytes, valid as long as those are.
public struct Record {
  /// Its place in the partition.
  public let offset: Offset
  /// Milliseconds since 1970.
  public let timestamp: Int64
  /// The key, or `nil` if it has none.
  public let key: UnsafeRawBufferPointer?
  /// The value, or `nil` if it is null.
  public let value: UnsafeRawBufferPointer?
  /// How many headers it has.
  public let headerCount: Int
  /// Where the value begins, counted from the batch's first byte; meaningless for a null value.
  public let valuePosition: Int
  let encodedHeaders: UnsafeRawBufferPointer

  /// Hands each header, in order, to `body`; a null value is `nil`.
  public func forEachHeader(
    _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void
  ) {
    var position = 0
    for _ in 0..<headerCount {
      guard let name = Record.field(encodedHeaders, &position), let name,
        let value = Record.field(encodedHeaders, &position)
      else { return }
      body(name, value)
    }
  }

  /// The tag, or `nil` if it carries none. The first header of that name whose value can be a tag
  /// counts.
  public var tag: UnsafeRawBufferPointer? {
    var found: UnsafeRawBufferPointer?
    forEachHeader { name, value in
      if found == nil, let value, !value.isEmpty, value.count <= Tag.bytesMax,
        Tag.isHeaderName(name)
      {
        found = value
      }
    }
    return found
  }

  /// Reads bytes with their length before them: `nil` if they do not fit, `.some(nil)` for null.
  static func field(
    _ bytes: UnsafeRawBufferPointer, _ position: inout Int
  ) -> UnsafeRawBufferPointer?? {
    guard let length = Varint.read(bytes, &position), length >= -1 else { return nil }
    if length == -1 { return .some(nil) }
    guard length <= bytes.count - position else { return nil }
    let end = position + Int(length)
    defer { position = end }
    return .some(UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
  }
}
