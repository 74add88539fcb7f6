import Platform

@testable import Log

/// A record by value, to be framed and to be compared with what was read.
struct TestRecord: Equatable {
  var timestamp: Int64
  var key: [UInt8]?
  var value: [UInt8]?
  var headers: [TestHeader] = []
}

/// A record header by value.
struct TestHeader: Equatable {
  var name: String
  var value: [UInt8]?
}

extension TestRecord {
  /// What was read, by value.
  init(_ record: Record) {
    timestamp = record.timestamp
    key = record.key.map { [UInt8]($0) }
    value = record.value.map { [UInt8]($0) }
    var headers: [TestHeader] = []
    record.forEachHeader { name, value in
      headers.append(
        TestHeader(name: String(decoding: name, as: UTF8.self), value: value.map { [UInt8]($0) }))
    }
    self.headers = headers
  }

  /// The first header named `tag`.
  var tag: Tag? {
    headers.first { $0.name == "tag" && $0.value != nil }.flatMap { header in
      header.value?.withUnsafeBytes { Tag($0) }
    }
  }
}

extension BatchBuilder {
  func append(_ record: TestRecord) {
    let headers = RecordHeaders()
    for header in record.headers {
      var name = header.name
      name.withUTF8 { name in
        withBytes(of: header.value) { value in
          headers.add(name: UnsafeRawBufferPointer(name), value: value)
        }
      }
    }
    withBytes(of: record.key) { key in
      withBytes(of: record.value) { value in
        append(key: key, value: value, headers: headers, timestamp: record.timestamp)
      }
    }
  }

  private func withBytes(of array: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
    guard let array else { return body(nil) }
    array.withUnsafeBytes { body($0) }
  }
}

extension FramedBatches {
  /// The bytes framed, by value.
  var array: [UInt8] { withExtendedLifetime(self) { buffer.array } }

  /// Frames these records.
  static func of(_ records: [TestRecord]) -> FramedBatches {
    let builder = BatchBuilder()
    for record in records { builder.append(record) }
    return builder.finish()
  }
}

/// A batch as it was read: header and records.
struct TestBatch: Equatable {
  var header: BatchHeader
  var records: [TestRecord]
  var offsets: [Int64]

  /// The batch at the beginning of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    guard let header = BatchHeader(bytes) else { throw RecordReader.Failure.malformed }
    self.header = header
    records = []
    offsets = []
    var reader = try RecordReader(bytes, header: header)
    while let record = try reader.next() {
      records.append(TestRecord(record))
      offsets.append(record.offset.value)
    }
  }

  /// All batches in `bytes`, which must be nothing but whole ones with sound checksums.
  static func all(in bytes: UnsafeRawBufferPointer) throws -> [TestBatch] {
    var batches: [TestBatch] = []
    var position = 0
    while position < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
      let batch = try TestBatch(rest)
      let whole = UnsafeRawBufferPointer(rebasing: rest[..<batch.header.size])
      guard BatchHeader.checksumHolds(whole) else { throw RecordReader.Failure.malformed }
      batches.append(batch)
      position += batch.header.size
    }
    return batches
  }
}
