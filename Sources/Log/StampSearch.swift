/// Finds out, after a crash, which pieces of the server's own work have reached a log: for threads
/// that may wait for the disk.
public enum StampSearch {
  private static let stepBytes = 4 << 20

  /// The numbers of all own work whose batches stand in `log` from `offset` on, with the offset of
  /// each one's first record. What retention deleted is not among them, nor what is damaged: it has
  /// reached nobody.
  ///
  /// - Throws: what `read` does, but for damage: of a segment that cannot be opened nobody knows
  ///   what stands in it.
  public static func ownWork(
    in log: any RecordLog, from offset: Offset
  ) throws(LogError) -> [Int64: Offset] {
    var found: [Int64: Offset] = [:]
    var next = max(offset, log.offsets.logStart)
    let end = log.offsets.highWatermark
    var failedAt: Offset?
    while next < end {
      var request = ReadRequest(offset: next, maxBytes: stepBytes)
      request.passesDamage = true
      let slice = try log.read(request)
      if let error = slice.passedDamage?.error {
        guard case .corrupted = error else { throw error }
      }
      let reader = SliceReader(slice)
      do throws(LogError) {
        try look(reader, &found)
        next = slice.nextOffset
      } catch {
        // The next read passes over what is known to be damaged by now.
        guard case .corrupted = error, failedAt != reader.nextOffset else { throw error }
        failedAt = reader.nextOffset
        next = reader.nextOffset
      }
    }
    return found
  }

  private static func look(
    _ reader: SliceReader, _ found: inout [Int64: Offset]
  ) throws(LogError) {
    while let (header, _) = try reader.nextWaiting() {
      guard let stamp = header.stamp, stamp.id >= ProducerStamp.ownFrom else { continue }
      let number = stamp.id - ProducerStamp.ownFrom
      if found[number] == nil { found[number] = header.baseOffset }
    }
  }
}
