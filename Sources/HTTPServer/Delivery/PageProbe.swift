import Platform

/// Tells whether file bytes are in the page cache, by asking for one of them without waiting
/// (`preadv2` with `RWF_NOWAIT`, about a microsecond).
enum PageProbe {
  /// True when the first and the last byte of the range are in memory.
  static func isHot(_ file: any File, from position: Int, count: Int, _ meter: DeliveryMeter)
    -> Bool
  {
    isHot(file, position, meter) && (count < 4096 || isHot(file, position + count - 1, meter))
  }

  private static func isHot(_ file: any File, _ position: Int, _ meter: DeliveryMeter) -> Bool {
    var byte: UInt8 = 0
    meter.countCall()
    return withUnsafeMutableBytes(of: &byte) { buffer in
      do {
        return try file.readIfCached(into: buffer, at: position) != nil
      } catch {
        // The error will show again, and be handled, when the bytes are sent.
        return true
      }
    }
  }
}
