/// What is known of a delayed record beside its bytes, in 40 bytes of a bucket's file (drawn in
/// DELAYS.md).
struct DelayEntry: Sendable, Equatable {
  /// Its length in a file.
  static let bytes = 40

  let key: DelayKey
  /// The topic's id among those that delayed records are for.
  let topic: UInt32
  let partition: UInt32
  /// The file that holds the record's bytes.
  let file: UInt32
  let position: Int
  let size: Int

  init(
    key: DelayKey, topic: UInt32, partition: UInt32, file: UInt32, position: Int, size: Int
  ) {
    self.key = key
    self.topic = topic
    self.partition = partition
    self.file = file
    self.position = position
    self.size = size
  }

  /// Reads an entry.
  init(_ base: UnsafeRawPointer) {
    key = DelayEntry.key(base)
    position = Int(UInt64(bigEndian: base.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
    file = UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    size = Int(UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 28, as: UInt32.self)))
    topic = UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
    partition = UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 36, as: UInt32.self))
  }

  /// The topic's id alone.
  @inline(__always)
  static func topic(_ base: UnsafeRawPointer) -> UInt32 {
    UInt32(bigEndian: base.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
  }

  /// The key alone.
  @inline(__always)
  static func key(_ base: UnsafeRawPointer) -> DelayKey {
    DelayKey(
      due: Int64(bigEndian: base.loadUnaligned(as: Int64.self)),
      number: UInt64(bigEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  /// Lays the entry down.
  func write(to base: UnsafeMutableRawPointer) {
    base.storeBytes(of: key.due.bigEndian, as: Int64.self)
    base.storeBytes(of: key.number.bigEndian, toByteOffset: 8, as: UInt64.self)
    base.storeBytes(of: UInt64(position).bigEndian, toByteOffset: 16, as: UInt64.self)
    base.storeBytes(of: file.bigEndian, toByteOffset: 24, as: UInt32.self)
    base.storeBytes(of: UInt32(size).bigEndian, toByteOffset: 28, as: UInt32.self)
    base.storeBytes(of: topic.bigEndian, toByteOffset: 32, as: UInt32.self)
    base.storeBytes(of: partition.bigEndian, toByteOffset: 36, as: UInt32.self)
  }
}
