/// A record batch, version 2, read and written independently of the server, from Kafka's own
/// description of the format (KIP-98).
public struct KafkaBatch {
  /// One record of it.
  public struct Record: Equatable {
    /// Milliseconds since 1970.
    public var timestamp: Int64
    /// The key, if there is one.
    public var key: [UInt8]?
    /// The value, if it is not null.
    public var value: [UInt8]?
    /// The headers in their order.
    public var headers: [Header]

    /// A record with a value, and perhaps more.
    public init(
      _ value: [UInt8]?, key: [UInt8]? = nil, headers: [Header] = [],
      timestamp: Int64 = 1_700_000_000_000
    ) {
      (self.value, self.key, self.headers, self.timestamp) = (value, key, headers, timestamp)
    }
  }

  /// A header of a record.
  public struct Header: Equatable {
    /// Its name.
    public var name: String
    /// Its value, if it is not null.
    public var value: [UInt8]?

    /// A header.
    public init(_ name: String, _ value: [UInt8]?) { (self.name, self.value) = (name, value) }
  }

  /// What a batch's bytes can lack.
  public enum Fault: Error { case tooShort, version, checksum, counts, lengths }

  /// Bytes of the head.
  public static let headBytes = 61

  /// The first record's offset.
  public var baseOffset: Int64
  /// The records.
  public var records: [Record]

  /// A batch of records from an offset on.
  public init(baseOffset: Int64 = 0, _ records: [Record]) {
    self.baseOffset = baseOffset
    self.records = records
  }

  /// The values with their offsets.
  public var values: [(offset: Int64, value: [UInt8]?)] {
    records.enumerated().map { (baseOffset + Int64($0.offset), $0.element.value) }
  }

  /// Text that is stored as the tag.
  public static func tag(_ name: String) -> Header { Header("tag", Array(name.utf8)) }

  // MARK: - Writing

  /// The batch's bytes, with its checksum.
  public var encoded: [UInt8] {
    var body: [UInt8] = []
    let first = records.first?.timestamp ?? 0
    for (index, record) in records.enumerated() {
      var bytes: [UInt8] = [0]
      KafkaBatch.putVarint(record.timestamp - first, to: &bytes)
      KafkaBatch.putVarint(Int64(index), to: &bytes)
      KafkaBatch.put(record.key, to: &bytes)
      KafkaBatch.put(record.value, to: &bytes)
      KafkaBatch.putVarint(Int64(record.headers.count), to: &bytes)
      for header in record.headers {
        KafkaBatch.put(Array(header.name.utf8), to: &bytes)
        KafkaBatch.put(header.value, to: &bytes)
      }
      KafkaBatch.putVarint(Int64(bytes.count), to: &body)
      body += bytes
    }
    var covered = KafkaBatch.bigEndian(Int16(0)) + KafkaBatch.bigEndian(Int32(records.count - 1))
    covered += KafkaBatch.bigEndian(first)
    covered += KafkaBatch.bigEndian(records.map(\.timestamp).max() ?? 0)
    covered += KafkaBatch.bigEndian(Int64(-1)) + KafkaBatch.bigEndian(Int16(-1))
    covered += KafkaBatch.bigEndian(Int32(-1)) + KafkaBatch.bigEndian(Int32(records.count)) + body
    return KafkaBatch.bigEndian(baseOffset) + KafkaBatch.bigEndian(Int32(covered.count + 9))
      + KafkaBatch.bigEndian(Int32(-1)) + [2] + KafkaBatch.bigEndian(Castagnoli.checksum(covered))
      + covered
  }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  private static func putVarint(_ value: Int64, to bytes: inout [UInt8]) {
    var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func put(_ field: [UInt8]?, to bytes: inout [UInt8]) {
    putVarint(field.map { Int64($0.count) } ?? -1, to: &bytes)
    bytes += field ?? []
  }

  // MARK: - Reading

  /// All batches in these bytes, each checked: version, checksum, counts, and that nothing is left
  /// over.
  public static func all(in bytes: [UInt8]) throws -> [KafkaBatch] {
    var batches: [KafkaBatch] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard rest.count >= headBytes else { throw Fault.tooShort }
      let size = Int(number(rest.dropFirst(8), as: Int32.self)) + 12
      guard size >= headBytes, size <= rest.count else { throw Fault.tooShort }
      batches.append(try KafkaBatch(decoding: rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    return batches
  }

  private init(decoding bytes: ArraySlice<UInt8>) throws {
    let start = bytes.startIndex
    guard bytes[start + 16] == 2 else { throw Fault.version }
    let checksum = KafkaBatch.number(bytes.dropFirst(17), as: UInt32.self)
    guard checksum == Castagnoli.checksum(Array(bytes.dropFirst(21))) else { throw Fault.checksum }
    let count = Int(KafkaBatch.number(bytes.dropFirst(57), as: Int32.self))
    let lastDelta = Int(KafkaBatch.number(bytes.dropFirst(23), as: Int32.self))
    guard lastDelta == count - 1 else { throw Fault.counts }
    let first = KafkaBatch.number(bytes.dropFirst(27), as: Int64.self)
    var fields = bytes.dropFirst(KafkaBatch.headBytes)
    records = []
    for index in 0..<count {
      let length = Int(try KafkaBatch.varint(&fields))
      guard length <= fields.count, length > 0 else { throw Fault.lengths }
      var own = fields.prefix(length).dropFirst()
      fields = fields.dropFirst(length)
      let timestamp = first + (try KafkaBatch.varint(&own))
      guard try KafkaBatch.varint(&own) == index else { throw Fault.counts }
      var record = Record(nil, key: try KafkaBatch.field(&own), timestamp: timestamp)
      record.value = try KafkaBatch.field(&own)
      for _ in 0..<(try KafkaBatch.varint(&own)) {
        let name = String(decoding: try KafkaBatch.field(&own) ?? [], as: UTF8.self)
        record.headers.append(Header(name, try KafkaBatch.field(&own)))
      }
      guard own.isEmpty else { throw Fault.lengths }
      records.append(record)
    }
    guard fields.isEmpty else { throw Fault.lengths }
    baseOffset = KafkaBatch.number(bytes, as: Int64.self)
  }

  private static func number<Value: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>, as type: Value.Type
  ) -> Value {
    bytes.prefix(MemoryLayout<Value>.size).reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) throws -> Int64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { throw Fault.lengths }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
    }
    throw Fault.lengths
  }

  private static func field(_ bytes: inout ArraySlice<UInt8>) throws -> [UInt8]? {
    let length = Int(try varint(&bytes))
    if length == -1 { return nil }
    guard length >= 0, length <= bytes.count else { throw Fault.lengths }
    defer { bytes = bytes.dropFirst(length) }
    return Array(bytes.prefix(length))
  }
}
