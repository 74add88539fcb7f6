/// What a segment's batch index says of one batch: 16 bytes, drawn in FORMAT.md.
struct BatchEntry: Equatable {
  /// The entry's length in the file.
  static let bytes = 16
  /// The tag number of a batch whose bytes are damaged.
  static let damaged = UInt32.max

  /// The batch's base offset less the segment's.
  var relativeOffset: UInt32
  /// Where the batch begins in the segment file.
  var position: UInt32
  /// The batch's length in bytes.
  var size: UInt32
  /// The batch's tag by the segment's dictionary; 0 for none.
  var tag: UInt32

  init(relativeOffset: UInt32, position: UInt32, size: UInt32, tag: UInt32) {
    self.relativeOffset = relativeOffset
    self.position = position
    self.size = size
    self.tag = tag
  }

  @inline(__always)
  init(_ address: UnsafeRawPointer) {
    relativeOffset = address.bigEndian(0, as: UInt32.self)
    position = address.bigEndian(4, as: UInt32.self)
    size = address.bigEndian(8, as: UInt32.self)
    tag = address.bigEndian(12, as: UInt32.self)
  }

  func store(to address: UnsafeMutableRawPointer) {
    address.storeBigEndian(relativeOffset, at: 0)
    address.storeBigEndian(position, at: 4)
    address.storeBigEndian(size, at: 8)
    address.storeBigEndian(tag, at: 12)
  }

  /// The first position behind the batch.
  var end: Int { Int(position) + Int(size) }
}
