/// Finds out, after a crash, which pieces of the server's own work have reached a log: for threads
/// that may wait for the disk.
public enum StampSearch {
  private static let stepBytes = 4 << 20

  /// The numbers of all own work whose batches stand in `log` from `offset` on, with the offset of
  /// each one's first record. What retention deleted is not among them.
  public static func ownWork(
    in log: any RecordLog, from offset: Offset
  ) throws(LogError) -> [Int64: Offset] {
    var found: [Int64: Offset] = [:]
    var next = max(offset, log.offsets.logStart)
    let end = log.offsets.highWatermark
    while next < end {
      let slice = try log.read(ReadRequest(offset: next, maxBytes: stepBytes))
      let reader = SliceReader(slice)
      while let (header, _) = try reader.nextWaiting() {
        guard let stamp = header.stamp, stamp.id >= ProducerStamp.ownFrom else { continue }
        let number = stamp.id - ProducerStamp.ownFrom
        if found[number] == nil { found[number] = header.baseOffset }
      }
      next = slice.nextOffset
    }
    return found
  }
}
