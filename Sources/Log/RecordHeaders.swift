import Platform

/// A record's headers in the form they are stored in: the count, then each name and value with its
/// length.
///
/// Encoded once and used for every record that carries the same ones.
public final class RecordHeaders {
  /// How many headers a record may have.
  public static let countMax = 100

  /// The tag among the headers, by which batches are cut.
  public private(set) var tag: Tag?
  private let pairs = ByteBuffer(capacity: 64)
  private var count = 0
  private let encoded = ByteBuffer(capacity: 64)

  /// No headers.
  public init() { encode() }

  /// The headers of a record.
  public convenience init(of record: Record) {
    self.init()
    record.forEachHeader { add(name: $0, value: $1) }
  }

  /// Forgets all headers.
  public func removeAll() {
    guard count > 0 else { return }
    pairs.removeAll()
    count = 0
    tag = nil
    encode()
  }

  /// Adds the header that carries the tag.
  public func setTag(_ tag: Tag) {
    precondition(self.tag == nil, "a record has one tag")
    self.tag = tag
    let name = Tag.headerName
    tag.bytes.withUnsafeBytes { value in
      add(
        name: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
        value: value)
    }
  }

  /// Adds a header; a value of `nil` is stored as null. The first one with the tag's name and a
  /// value that can be a tag is the tag.
  public func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
    put(Int64(name.count))
    pairs.append(name)
    put(value.map { Int64($0.count) } ?? -1)
    if let value { pairs.append(value) }
    if let value, tag == nil, Tag.isHeaderName(name) { tag = Tag(value) }
    count += 1
    encode()
  }

  /// How many bytes the headers take in a record.
  public var byteCount: Int { encoded.count }

  /// The stored form; valid until the headers change.
  var bytes: UnsafeRawBufferPointer { encoded.bytes }

  private func encode() {
    encoded.removeAll()
    _ = encoded.appendUninitialized(atMost: Varint.bytesMax) {
      Varint.write(Int64(count), to: $0.baseAddress!) - $0.baseAddress!
    }
    encoded.append(pairs.bytes)
  }

  private func put(_ number: Int64) {
    _ = pairs.appendUninitialized(atMost: Varint.bytesMax) {
      Varint.write(number, to: $0.baseAddress!) - $0.baseAddress!
    }
  }
}
