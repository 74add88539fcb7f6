import Platform

/// The table as a file (drawn in FORMAT.md).
extension ProducerTable {
  private static let magic: UInt64 = 0x736C_7569_6365_7001  // "sluicep", version 1
  private static let headBytes = 40
  private static let entryBytes = 20
  private static let requestBytes = 24

  /// The table's name beside the segments.
  static let fileName = "producers"

  /// The file's content: what the requests before `offset`, all of them synced, amount to.
  func encoded(through offset: Offset, now: Int64) -> ByteBuffer {
    let bytesMax = Self.entryBytes + RequestWindow.capacity * Self.requestBytes
    let file = ByteBuffer(capacity: Self.headBytes + count * bytesMax)
    _ = file.appendUninitialized(atMost: Self.headBytes) { memory in
      let base = memory.baseAddress!
      base.storeBigEndian(Self.magic, at: 0)
      base.storeBigEndian(offset.value, at: 8)
      base.storeBigEndian(now, at: 16)
      base.storeBigEndian(forgottenThrough ?? -1, at: 24)
      base.storeBigEndian(UInt32(count), at: 32)
      return Self.headBytes
    }
    forEach { id, entry in
      _ = file.appendUninitialized(atMost: bytesMax) { memory in
        Self.lay(id, entry, at: memory.baseAddress!)
      }
    }
    file.mutableBytes.baseAddress!.storeBigEndian(Self.checksum(file.bytes), at: 36)
    return file
  }

  /// The table that a file holds; `nil` if it is damaged, or goes further than the log does.
  init?(_ file: UnsafeRawBufferPointer, limits: ProducerLimits, logEnd: Offset) {
    guard file.count >= Self.headBytes, let base = file.baseAddress,
      base.bigEndian(0, as: UInt64.self) == Self.magic,
      base.bigEndian(36, as: UInt32.self) == Self.checksum(file)
    else { return nil }
    let through = Offset(base.bigEndian(8, as: Int64.self))
    let forgotten = base.bigEndian(24, as: Int64.self)
    guard through >= .zero, through <= logEnd else { return nil }
    var rest = UnsafeRawBufferPointer(rebasing: file[Self.headBytes...])
    var entries: [(id: Int64, entry: ProducerEntry)] = []
    for _ in 0..<base.bigEndian(32, as: UInt32.self) {
      guard let (id, entry) = Self.take(&rest), entry.requests.last.end <= through
      else { return nil }
      entries.append((id, entry))
    }
    guard rest.isEmpty, Set(entries.map(\.id)).count == entries.count else { return nil }
    self.init(
      limits: limits, savedThrough: through, savedMilliseconds: base.bigEndian(16, as: Int64.self),
      forgottenThrough: forgotten < 0 ? nil : forgotten, entries: entries)
  }

  /// Of everything but the checksum itself.
  private static func checksum(_ file: UnsafeRawBufferPointer) -> UInt32 {
    var crc = Crc32c()
    crc.update(UnsafeRawBufferPointer(rebasing: file[..<36]))
    crc.update(UnsafeRawBufferPointer(rebasing: file[headBytes...]))
    return crc.value
  }

  private static func lay(
    _ id: Int64, _ entry: ProducerEntry, at base: UnsafeMutableRawPointer
  ) -> Int {
    base.storeBigEndian(id, at: 0)
    base.storeBigEndian(entry.latestMilliseconds, at: 8)
    base.storeBigEndian(entry.epoch, at: 16)
    base.storeBigEndian(UInt16(entry.requests.count), at: 18)
    for place in 0..<entry.requests.count {
      let request = entry.requests[place]
      let at = entryBytes + place * requestBytes
      base.storeBigEndian(request.sequence, at: at)
      base.storeBigEndian(request.count, at: at + 4)
      base.storeBigEndian(request.baseOffset.value, at: at + 8)
      base.storeBigEndian(request.timestamp, at: at + 16)
    }
    return entryBytes + entry.requests.count * requestBytes
  }

  /// The next entry; `nil` if there is none that could have been written.
  private static func take(
    _ rest: inout UnsafeRawBufferPointer
  ) -> (id: Int64, entry: ProducerEntry)? {
    guard rest.count >= entryBytes, let base = rest.baseAddress else { return nil }
    let id = base.bigEndian(0, as: Int64.self)
    let epoch = base.bigEndian(16, as: Int16.self)
    let count = Int(base.bigEndian(18, as: UInt16.self))
    let bytes = entryBytes + count * requestBytes
    guard (0..<ProducerStamp.ownFrom).contains(id), epoch >= 0,
      (1...RequestWindow.capacity).contains(count), rest.count >= bytes
    else { return nil }
    var window: RequestWindow?
    for place in 0..<count {
      let at = base + entryBytes + place * requestBytes
      let request = RememberedRequest(
        sequence: at.bigEndian(0, as: Int32.self), count: at.bigEndian(4, as: Int32.self),
        baseOffset: Offset(at.bigEndian(8, as: Int64.self)),
        timestamp: at.bigEndian(16, as: Int64.self))
      guard request.count > 0, request.baseOffset >= .zero,
        request.sequence > window?.last.sequence ?? -1
      else { return nil }
      if window == nil { window = RequestWindow(request) } else { window?.add(request) }
    }
    guard let window else { return nil }
    let latest = base.bigEndian(8, as: Int64.self)
    rest = UnsafeRawBufferPointer(rebasing: rest[bytes...])
    return (id, ProducerEntry(epoch: epoch, requests: window, latestMilliseconds: latest))
  }
}

extension RememberedRequest {
  /// The offset behind its last record.
  var end: Offset { baseOffset + Int(count) }
}
