import Log
import Platform

/// A message in a dead-letter topic: the message as it was, and headers that say where it came
/// from.
enum DeadLetter {
  /// The headers' names.
  enum Header {
    static let group = "sluice-group"
    static let topic = "sluice-topic"
    static let partition = "sluice-partition"
    static let offset = "sluice-offset"
    static let attempts = "sluice-attempts"
    static let firstDelivery = "sluice-first-delivery"
    static let lastDelivery = "sluice-last-delivery"
    static let reason = "sluice-reason"
    static let all = [
      group, topic, partition, offset, attempts, firstDelivery, lastDelivery, reason,
    ]
  }

  /// Where a dead letter came from.
  struct Origin: Hashable {
    var group: String
    var topic: String
    var partition: Int
    var offset: Int64
  }

  /// The headers of a message that is buried: its own, then those about its end.
  static func headers(
    of record: Record, _ run: DeliveryRun, group: String, _ partition: GroupPartition,
    reason: DeadLetterReason
  ) -> RecordHeaders {
    let headers = RecordHeaders()
    copyOwn(record, to: headers)
    add(Header.group, group, to: headers)
    add(Header.topic, partition.topic, to: headers)
    add(Header.partition, String(partition.number), to: headers)
    add(Header.offset, String(record.offset.value), to: headers)
    add(Header.attempts, String(run.attempt), to: headers)
    add(Header.firstDelivery, String(run.firstDelivery), to: headers)
    add(Header.lastDelivery, String(run.lastDelivery), to: headers)
    add(Header.reason, reason.rawValue, to: headers)
    return headers
  }

  /// Copies the headers that a message had before it was buried.
  static func copyOwn(_ record: Record, to headers: RecordHeaders) {
    record.forEachHeader { name, value in
      if !isOurs(name) { headers.add(name: name, value: value) }
    }
  }

  /// Where a record of a dead-letter topic came from; `nil` if it is no dead letter.
  static func origin(of record: Record) -> Origin? {
    var found: [String: String] = [:]
    record.forEachHeader { name, value in
      guard isOurs(name), let value else { return }
      found[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
    }
    guard let group = found[Header.group], let topic = found[Header.topic],
      let partition = found[Header.partition].flatMap({ Int($0) }),
      let offset = found[Header.offset].flatMap({ Int64($0) })
    else { return nil }
    return Origin(group: group, topic: topic, partition: partition, offset: offset)
  }

  private static func isOurs(_ name: UnsafeRawBufferPointer) -> Bool {
    Header.all.contains { name.elementsEqual($0.utf8) }
  }

  private static func add(_ name: String, _ value: String, to headers: RecordHeaders) {
    Array(name.utf8).withUnsafeBytes { name in
      Array(value.utf8).withUnsafeBytes { headers.add(name: name, value: $0) }
    }
  }
}
