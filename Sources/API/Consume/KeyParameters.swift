import Broker
import HTTP
import JSON
import Log
import Platform

/// What a search by key asks for.
struct KeyParameters {
  /// So many partitions have a place each in `before`, and an address still holds it.
  private static let partitionsMax = 256
  private static let recordsByDefault = 100
  private static let recordsMax = 1000

  let request: KeySearchRequest
  let values: ValueForm

  init(_ call: Call, _ topic: Topic) throws(Problem) {
    let query = try call.query(
      known: ["key", "key_base64", "partition", "before", "max_records", "values"],
      repeatable: ["tag"])
    var request = KeySearchRequest(
      key: try KeyParameters.key(query),
      maxRecords: try query.number("max_records", 1...KeyParameters.recordsMax)
        ?? KeyParameters.recordsByDefault,
      scannedMax: call.service.options.keyScanRecordsMax)
    request.tags = try FetchParameters.tags(query)
    request.partition = try query.number("partition", 0...Int(Int32.max))
    let searched = request.partition == nil ? topic.partitions.count : 1
    guard searched <= KeyParameters.partitionsMax else {
      throw Problem.invalidParameter(
        "partition",
        "It must say which one is searched: the topic has \(searched), and more than"
          + " \(KeyParameters.partitionsMax) are not searched at a time.")
    }
    request.before = try KeyParameters.before(query, partitions: searched)
    self.request = request
    values = try FetchParameters.valueForm(query)
  }

  private static func key(_ query: QueryParameters) throws(Problem) -> [UInt8] {
    switch (query.value("key"), query.value("key_base64")) {
    case (let key?, nil): return Array(key.utf8)
    case (nil, var coded?):
      // In a query a + stands for a space; in base64 there are none.
      coded = String(coded.map { $0 == " " ? "+" : $0 })
      let bytes = ByteBuffer(capacity: coded.utf8.count)
      guard coded.withUTF8({ Base64.decode(UnsafeRawBufferPointer($0), into: bytes) }) else {
        throw Problem.invalidParameter("key_base64", "It must be base64.")
      }
      return Array(bytes.bytes)
    case (nil, nil): throw Problem.invalidParameter("key", "It must be given, or key_base64.")
    case (_?, _?): throw Problem.invalidParameter("key_base64", "It excludes key.")
    }
  }

  private static func before(
    _ query: QueryParameters, partitions: Int
  ) throws(Problem) -> [Offset] {
    guard let text = query.value("before") else { return [] }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let offsets = parts.compactMap { Int64($0) }
    guard offsets.count == parts.count, offsets.allSatisfy({ $0 >= 0 }), parts.count <= partitions
    else {
      throw Problem.invalidParameter(
        "before",
        "It must be offsets with commas between them, one for each of \(partitions) partitions.")
    }
    return offsets.map { Offset($0) }
  }
}
