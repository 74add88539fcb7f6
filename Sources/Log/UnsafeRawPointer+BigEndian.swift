/// Numbers as Kafka lays them down: most significant byte first, at any alignment.
extension UnsafeRawPointer {
  @inline(__always)
  func bigEndian<Number: FixedWidthInteger>(_ offset: Int, as type: Number.Type) -> Number {
    Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}

extension UnsafeMutableRawPointer {
  @inline(__always)
  func storeBigEndian<Number: FixedWidthInteger>(_ value: Number, at offset: Int) {
    storeBytes(of: value.bigEndian, toByteOffset: offset, as: Number.self)
  }
}
