import Platform

/// Reads a slice's batches one after the other, for those who must look inside: JSON answers,
/// journals, tools.
///
/// One owner at a time. On an event loop it never waits: what is not in the page cache is
/// `notCached`, and some other thread calls `bringIn` before the loop goes on.
public final class SliceReader {
  /// What `next` found.
  public enum Step {
    /// A whole batch whose checksum holds, with the offset that it should have; valid until the
    /// reader is used again.
    case batch(BatchHeader, UnsafeRawBufferPointer)
    /// The next bytes are not in the page cache.
    case notCached
    /// There are no more batches.
    case end
  }

  private static let windowBytes = 512 << 10
  private let slice: LogSlice
  private var regions: FileRegions { slice.regions }
  private var index = 0
  private var position = 0
  private let window: ByteBuffer
  /// The offset that the next batch must have: within a region they follow without a gap.
  public private(set) var nextOffset: Offset
  /// Why the bytes could not be brought in.
  private var failure: LogError?

  /// Begins at the slice's first batch.
  public init(_ slice: LogSlice) {
    self.slice = slice
    nextOffset = slice.starts.first ?? slice.nextOffset
    window = ByteBuffer(capacity: min(slice.bytes, SliceReader.windowBytes) + 64)
  }

  /// The next batch, without waiting for a disk.
  public func next() throws(LogError) -> Step { try step(waiting: false) }

  /// The next batch, waiting for the disk where needed; `nil` behind the last one.
  public func nextWaiting() throws(LogError) -> (BatchHeader, UnsafeRawBufferPointer)? {
    guard case .batch(let header, let bytes) = try step(waiting: true) else { return nil }
    return (header, bytes)
  }

  /// Has `next` give the same batch again.
  public func stay() { lastSize = 0 }

  /// Waits until the next batch's bytes are in memory. Not for an event loop.
  public func bringIn() throws(LogError) {
    guard index < regions.count else { return }
    do throws(LogError) {
      _ = try fill(SliceReader.windowBytes, waiting: true)
    } catch {
      failure = error
      throw error
    }
  }

  private func step(waiting: Bool) throws(LogError) -> Step {
    if let failure { throw failure }
    consumeLast()
    while index < regions.count, position == regions[index].count, window.isEmpty {
      index += 1
      position = 0
      if index < slice.starts.count { nextOffset = slice.starts[index] }
    }
    guard index < regions.count else { return .end }
    guard try fill(BatchHeader.bytes, waiting: waiting) else { return .notCached }
    guard let header = BatchHeader(window.bytes) else { throw damaged("no batch header") }
    guard try fill(header.size, waiting: waiting) else { return .notCached }
    guard window.count >= header.size else { throw damaged("a batch is cut short") }
    let batch = UnsafeRawBufferPointer(rebasing: window.bytes[..<header.size])
    guard BatchHeader.checksumHolds(batch) else { throw damaged("the checksum does not hold") }
    // The checksum does not cover the base offset.
    guard header.baseOffset == nextOffset else {
      throw damaged("a batch with offset \(header.baseOffset) stands where \(nextOffset) should")
    }
    lastSize = header.size
    lastEnd = header.nextOffset
    return .batch(header, batch)
  }

  private var lastSize = 0
  private var lastEnd = Offset.zero

  private func consumeLast() {
    guard lastSize > 0 else { return }
    window.consume(lastSize)
    lastSize = 0
    nextOffset = lastEnd
  }

  /// Has at least `wanted` bytes in the window, or all that the region still has; false if that
  /// needs the disk.
  private func fill(_ wanted: Int, waiting: Bool) throws(LogError) -> Bool {
    let region = regions[index]
    guard window.count < wanted, position < region.count else { return true }
    // Held while it is read, and no longer: a reader may live as long as a slow client.
    guard let file = try file(waiting: waiting) else { return false }
    while window.count < wanted, position < region.count {
      let count = min(max(wanted, SliceReader.windowBytes) - window.count, region.count - position)
      let at = region.position + position
      var cached = true
      do {
        position += try window.appendUninitialized(atMost: count) { memory throws(SystemError) in
          if waiting { return try SliceReader.whole(file, memory, at) }
          let got = try file.readIfCached(into: memory, at: at)
          cached = got != nil
          if got == 0 { throw SliceReader.endsEarly(file) }
          return got ?? 0
        }
      } catch {
        throw LogError(reading: error)
      }
      if !cached { return false }
    }
    return true
  }

  /// The region's file; `nil` if it is not open and nobody may wait for that.
  private func file(waiting: Bool) throws(LogError) -> (any File)? {
    let stored = regions[index].file
    guard waiting else { return stored.opened }
    return try slice.opened(stored)
  }

  private static func whole(
    _ file: any File, _ memory: UnsafeMutableRawBufferPointer, _ position: Int
  ) throws(SystemError) -> Int {
    let count = try file.read(into: memory, at: position)
    guard count == memory.count else { throw endsEarly(file) }
    return count
  }

  /// The file is shorter than the region: an input/output error by any other name.
  private static func endsEarly(_ file: any File) -> SystemError {
    SystemError(code: 5, operation: "pread", subject: file.path)
  }

  /// Says that the batch that was given last is damaged, and gives the error for it: its records
  /// are not what its head says.
  public func malformed() -> LogError { damaged("the batch's records are malformed") }

  private func damaged(_ reason: String) -> LogError {
    let region = regions[index]
    let place = region.position + position - window.count
    slice.log?.noteDamage(region.file, at: place, reason)
    return .corrupted(file: region.file.path, position: place, reason: reason)
  }
}
