import Platform

/// Fixed-size entries, only ever appended: the mechanism under all three indexes of a segment.
///
/// The newest entries wait in memory and are spilled to the file a chunk at a time; what was
/// spilled is read through a memory map. One thread appends; any thread takes a `view` and searches
/// it without a lock.
final class EntryFile: Sendable {
  /// How many entries wait in memory before they are spilled.
  static let chunkEntries = 512

  /// Memory for entries that are not spilled yet; what lies below the published count no longer
  /// changes.
  fileprivate final class Chunk: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer
    let capacity: Int

    init(capacity: Int, entryBytes: Int) {
      self.capacity = capacity
      memory = .allocate(byteCount: capacity * entryBytes, alignment: 16)
    }

    deinit { memory.deallocate() }
  }

  private struct State {
    var mapping: FileMapping?
    var spilled: Int
    var chunk: Chunk
    var count: Int
  }

  /// The entries as they stood at one moment; later ones do not show.
  struct View {
    fileprivate let mapping: FileMapping?
    fileprivate let spilled: Int
    fileprivate let chunk: Chunk
    fileprivate let headerBytes: Int
    fileprivate let entryBytes: Int
    /// How many entries there are.
    let count: Int

    /// The address of an entry.
    @inline(__always)
    subscript(index: Int) -> UnsafeRawPointer {
      precondition(index >= 0 && index < count, "no such entry")
      if index < spilled {
        return mapping!.bytes.baseAddress! + headerBytes + index * entryBytes
      }
      return UnsafeRawPointer(chunk.memory) + (index - spilled) * entryBytes
    }

    /// Takes all entries into a checksum.
    func update(_ crc: inout Crc32c) {
      if let mapping {
        let end = headerBytes + min(spilled, count) * entryBytes
        crc.update(UnsafeRawBufferPointer(rebasing: mapping.bytes[headerBytes..<end]))
      }
      let waiting = max(0, count - spilled)
      crc.update(UnsafeRawBufferPointer(start: chunk.memory, count: waiting * entryBytes))
    }

    /// How many entries at the beginning satisfy `holds`, which must be true for a prefix of them.
    @inline(__always)
    func prefixCount(where holds: (UnsafeRawPointer) -> Bool) -> Int {
      var low = 0
      var high = count
      while low < high {
        let middle = (low + high) / 2
        if holds(self[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  let file: any File
  private let headerBytes: Int
  private let entryBytes: Int
  private let state: Lock<State>

  /// Entries in `file` behind `headerBytes`, of which the first `count` are good; what follows is
  /// overwritten.
  init(_ file: any File, headerBytes: Int, entryBytes: Int, count: Int) throws(SystemError) {
    self.file = file
    self.headerBytes = headerBytes
    self.entryBytes = entryBytes
    let mapping = count > 0 ? try FileMapping(file, count: headerBytes + count * entryBytes) : nil
    state = Lock(
      State(
        mapping: mapping, spilled: count,
        chunk: Chunk(capacity: EntryFile.chunkEntries, entryBytes: entryBytes), count: count))
  }

  /// The entries as they stand now.
  func view() -> View {
    state.withLock { state in
      View(
        mapping: state.mapping, spilled: state.spilled, chunk: state.chunk,
        headerBytes: headerBytes, entryBytes: entryBytes, count: state.count)
    }
  }

  /// Appends an entry that `lay` lays down. Only the log's writer may call this.
  func append(_ lay: (UnsafeMutableRawPointer) -> Void) {
    var now = state.withLock { $0 }
    if now.count - now.spilled == now.chunk.capacity {
      makeRoom()
      now = state.withLock { $0 }
    }
    lay(now.chunk.memory + (now.count - now.spilled) * entryBytes)
    state.withLock { $0.count += 1 }
  }

  /// Writes what waits in memory to the file; the entries stay readable where they are.
  func flush() throws(SystemError) {
    let now = state.withLock { $0 }
    let waiting = now.count - now.spilled
    guard waiting > 0 else { return }
    let bytes = UnsafeRawBufferPointer(start: now.chunk.memory, count: waiting * entryBytes)
    try file.write([bytes], at: headerBytes + now.spilled * entryBytes)
  }

  /// Writes everything and cuts the file behind the last entry: older ones may stand there.
  func flushAndCut() throws(SystemError) {
    try flush()
    try file.truncate(to: headerBytes + state.withLock { $0.count } * entryBytes)
  }

  /// Spills the full chunk; if the disk refuses, goes on in memory with a larger chunk and tries
  /// again later: an index can always be rebuilt, so it never stops the log.
  private func makeRoom() {
    let now = state.withLock { $0 }
    do {
      try flush()
      let mapping = try FileMapping(file, count: headerBytes + now.count * entryBytes)
      let chunk = Chunk(capacity: EntryFile.chunkEntries, entryBytes: entryBytes)
      state.withLock { state in
        state.mapping = mapping
        state.spilled = now.count
        state.chunk = chunk
      }
    } catch {
      let larger = Chunk(capacity: now.chunk.capacity * 2, entryBytes: entryBytes)
      larger.memory.copyMemory(
        from: now.chunk.memory, byteCount: now.chunk.capacity * entryBytes)
      state.withLock { $0.chunk = larger }
    }
  }
}
