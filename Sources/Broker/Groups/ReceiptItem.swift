import Platform

/// What a receipt stands for: neighbouring messages of a partition at one delivery. 24 bytes, so
/// that a receipt of any number of them, and its 12 bytes of signature, need no padding in base64.
struct ReceiptItem: Hashable, Sendable {
  static let bytes = 24

  /// The number under which the group reads the partition; no other group has it.
  var id: UInt32
  /// The partition's epoch, which a seek ends.
  var epoch: UInt32
  /// The first message.
  var offset: Int64
  /// How many messages.
  var count: UInt32
  /// How often they had been delivered then.
  var attempt: UInt16

  init(id: UInt32, epoch: UInt32, offset: Int64, count: UInt32, attempt: UInt16) {
    self.id = id
    self.epoch = epoch
    self.offset = offset
    self.count = count
    self.attempt = attempt
  }

  var range: Range<Int64> { offset..<(offset + Int64(count)) }

  init(_ address: UnsafeRawPointer) {
    id = UInt32(bigEndian: address.loadUnaligned(as: UInt32.self))
    epoch = UInt32(bigEndian: address.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    offset = Int64(bigEndian: address.loadUnaligned(fromByteOffset: 8, as: Int64.self))
    count = UInt32(bigEndian: address.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    attempt = UInt16(bigEndian: address.loadUnaligned(fromByteOffset: 20, as: UInt16.self))
  }

  func store(to address: UnsafeMutableRawPointer) {
    address.storeBytes(of: id.bigEndian, as: UInt32.self)
    address.storeBytes(of: epoch.bigEndian, toByteOffset: 4, as: UInt32.self)
    address.storeBytes(of: offset.bigEndian, toByteOffset: 8, as: Int64.self)
    address.storeBytes(of: count.bigEndian, toByteOffset: 16, as: UInt32.self)
    address.storeBytes(of: attempt.bigEndian, toByteOffset: 20, as: UInt16.self)
    address.storeBytes(of: 0, toByteOffset: 22, as: UInt16.self)
  }
}
