import Platform

/// A file whose pages are never in memory until somebody has read them with `read`, which may wait.
final class ColdFile: File {
  static let pageBytes = 4096

  private let file: any File
  private let warm = Lock<Set<Int>>([])
  private let counts = Lock((waiting: 0, refused: 0))

  init(_ file: any File) { self.file = file }

  var path: String { file.path }
  var descriptorNumber: CInt { file.descriptorNumber }
  /// How often somebody read and may have waited.
  var waitingReads: Int { counts.withLock { $0.waiting } }
  /// How often somebody was told that a page is not there.
  var refusedReads: Int { counts.withLock { $0.refused } }

  func size() throws(SystemError) -> Int { try file.size() }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int {
    let count = try file.read(into: buffer, at: position)
    counts.withLock { $0.waiting += 1 }
    warm.withLock { $0.formUnion(ColdFile.pages(position, count)) }
    return count
  }

  func readIfCached(
    into buffer: UnsafeMutableRawBufferPointer, at position: Int
  ) throws(SystemError) -> Int? {
    let isWarm = warm.withLock { $0.contains(position / ColdFile.pageBytes) }
    guard isWarm else {
      counts.withLock { $0.refused += 1 }
      return nil
    }
    let inPage = ColdFile.pageBytes - position % ColdFile.pageBytes
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(inPage))
    return try file.readIfCached(into: part, at: position)
  }

  func write(_ parts: [UnsafeRawBufferPointer], at position: Int) throws(SystemError) {
    try file.write(parts, at: position)
  }

  func beginSynchronizing(_ range: Range<Int>) throws(SystemError) {
    try file.beginSynchronizing(range)
  }
  func waitForWriting(_ range: Range<Int>) throws(SystemError) {
    try file.waitForWriting(range)
  }
  func synchronizeData() throws(SystemError) { try file.synchronizeData() }

  func truncate(to size: Int) throws(SystemError) { try file.truncate(to: size) }

  private static func pages(_ position: Int, _ count: Int) -> ClosedRange<Int> {
    position / pageBytes...max(position, position + count - 1) / pageBytes
  }
}
