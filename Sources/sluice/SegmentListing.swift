import Log
import Platform

/// The batches of one segment file, a line each.
struct SegmentListing {
  private let path: String

  init(_ path: String) { self.path = path }

  func print() throws {
    Swift.print("position\tbase_offset\trecords\tbytes\tmax_timestamp\tcrc\ttag")
    let end = try SegmentSurvey(path).forEachBatch { batch in
      let crc = String(batch.header.checksum, radix: 16)
      Swift.print(
        batch.position, batch.header.baseOffset, batch.header.recordCount, batch.header.size,
        batch.header.maxTimestamp, crc, batch.tag ?? "-", separator: "\t")
    }
    if let damage = end.damage {
      Swift.print("unsound at position \(damage.position): \(damage.reason)")
    }
  }
}
