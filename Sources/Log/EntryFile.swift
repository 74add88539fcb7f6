import Platform

/// Fixed-size entries, only ever appended: the mechanism under all three indexes of a segment.
///
/// The newest entries wait in memory and are spilled to the file a chunk at a time; what was
/// spilled is read through a memory map, which stands as long as there is room for it. The file is
/// open only while it is written or mapped. One thread appends; any thread takes a `view` and
/// searches it without a lock.
final class EntryFile: Sendable {
  /// How many entries wait in memory before they are spilled.
  static let chunkEntries = 512
  private static let firstChunkEntries = 16
  /// An index with no more entries than this is kept in memory when it is opened: it needs no map.
  private static let residentEntriesMax = 64

  /// Memory for entries that are not spilled yet; what lies below the published count no longer
  /// changes.
  fileprivate final class Chunk: @unchecked Sendable {
    static let none = Chunk(capacity: 0, entryBytes: 0)
    let memory: UnsafeMutableRawPointer
    let capacity: Int

    init(capacity: Int, entryBytes: Int) {
      self.capacity = capacity
      memory = .allocate(byteCount: capacity * entryBytes, alignment: 16)
    }

    deinit { memory.deallocate() }
  }

  fileprivate struct State {
    var spilled: Int
    var chunk: Chunk
    var count: Int
  }

  /// The entries as they stood at one moment; later ones do not show. Their addresses hold for as
  /// long as the view lives: it keeps the map.
  struct View {
    private let mapping: FileMapping?
    private let chunk: Chunk
    /// How many lie in the map; the others wait in memory.
    private let spilled: Int
    /// The first of those in the map.
    private let mapped: UnsafeRawPointer
    /// The first of those in memory.
    private let waiting: UnsafeRawPointer
    private let entryBytes: Int
    /// How many entries there are.
    let count: Int

    fileprivate init(_ state: State, _ mapping: FileMapping?, headerBytes: Int, entryBytes: Int) {
      self.mapping = mapping
      chunk = state.chunk
      spilled = min(state.spilled, state.count)
      waiting = UnsafeRawPointer(state.chunk.memory)
      mapped = mapping?.bytes.baseAddress.map { $0 + headerBytes } ?? waiting
      self.entryBytes = entryBytes
      count = state.count
    }

    /// The address of an entry.
    @inline(__always)
    subscript(index: Int) -> UnsafeRawPointer {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such entry")
      // Within memory that is there, nothing overflows.
      return index < spilled
        ? mapped + index &* entryBytes : waiting + (index &- spilled) &* entryBytes
    }

    /// Takes all entries into a checksum.
    func update(_ crc: inout Crc32c) {
      crc.update(UnsafeRawBufferPointer(start: mapped, count: spilled * entryBytes))
      crc.update(UnsafeRawBufferPointer(start: waiting, count: (count - spilled) * entryBytes))
    }

    /// How many entries at the beginning satisfy `holds`, which must be true for a prefix of them.
    @inline(__always)
    func prefixCount(where holds: (UnsafeRawPointer) -> Bool) -> Int {
      (0..<count).partitioningIndex { !holds(self[$0]) }
    }

    /// Says that addresses in the view are used up to here.
    @inline(__always)
    func end() { withExtendedLifetime(self) {} }
  }

  /// Where it lies.
  let path: String
  private let mapping: StoredMap
  private let openFiles: OpenFiles
  private let headerBytes: Int
  private let entryBytes: Int
  private let state: Lock<State>

  /// Entries in `file` behind `headerBytes`, of which the first `count` are good; what follows is
  /// overwritten. The file is not kept open.
  init(
    _ file: any File, _ openFiles: OpenFiles, headerBytes: Int, entryBytes: Int, count: Int
  ) throws(SystemError) {
    path = file.path
    mapping = StoredMap(file.path, in: openFiles)
    self.openFiles = openFiles
    self.headerBytes = headerBytes
    self.entryBytes = entryBytes
    guard count > 0, count <= EntryFile.residentEntriesMax else {
      state = Lock(State(spilled: count, chunk: .none, count: count))
      return
    }
    let chunk = Chunk(capacity: EntryFile.residentEntriesMax, entryBytes: entryBytes)
    let memory = UnsafeMutableRawBufferPointer(start: chunk.memory, count: count * entryBytes)
    let got = try file.read(into: memory, at: headerBytes)
    guard got == memory.count else {
      throw SystemError(code: 5, operation: "pread", subject: file.path)
    }
    state = Lock(State(spilled: 0, chunk: chunk, count: count))
  }

  /// Stands for a file that cannot be read: it has no entry, and none may be appended.
  init(unread path: String, _ openFiles: OpenFiles, headerBytes: Int, entryBytes: Int) {
    self.path = path
    mapping = StoredMap(path, in: openFiles)
    self.openFiles = openFiles
    self.headerBytes = headerBytes
    self.entryBytes = entryBytes
    state = Lock(State(spilled: 0, chunk: .none, count: 0))
  }

  /// How many entries there are now.
  var count: Int { state.withLock { $0.count } }

  /// Opens the file for the caller.
  func open() throws(SystemError) -> any File { try openFiles.open(path, .readWrite) }

  /// The entries as they stand now. Waits for the disk if they have to be mapped first.
  func view() throws(SystemError) -> View {
    let now = state.withLock { $0 }
    return View(
      now, now.spilled > 0 ? try map(now.spilled) : nil, headerBytes: headerBytes,
      entryBytes: entryBytes)
  }

  private func map(_ entries: Int, _ file: (any File)? = nil) throws(SystemError) -> FileMapping {
    try mapping.get(atLeast: headerBytes + entries * entryBytes) { () throws(SystemError) in
      if let file { return file }
      return try open()
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
  func flush(to file: any File) throws(SystemError) {
    let now = state.withLock { $0 }
    let waiting = now.count - now.spilled
    guard waiting > 0 else { return }
    let bytes = UnsafeRawBufferPointer(start: now.chunk.memory, count: waiting * entryBytes)
    try file.write([bytes], at: headerBytes + now.spilled * entryBytes)
  }

  /// Writes everything and cuts the file behind the last entry: older ones may stand there.
  func flushAndCut(_ file: any File) throws(SystemError) {
    try flush(to: file)
    try file.truncate(to: headerBytes + state.withLock { $0.count } * entryBytes)
  }

  /// Spills a chunk that is full and has its full size; if the disk refuses, goes on in memory with
  /// a larger chunk and tries again later: an index can always be rebuilt, so it never stops the
  /// log.
  private func makeRoom() {
    let now = state.withLock { $0 }
    if now.chunk.capacity >= EntryFile.chunkEntries, spill(now) { return }
    let larger = Chunk(
      capacity: max(EntryFile.firstChunkEntries, now.chunk.capacity * 2), entryBytes: entryBytes)
    larger.memory.copyMemory(
      from: now.chunk.memory, byteCount: now.chunk.capacity * entryBytes)
    state.withLock { $0.chunk = larger }
  }

  private func spill(_ now: State) -> Bool {
    do {
      let file = try open()
      try flush(to: file)
      // Made here, so that no reader has to.
      _ = try map(now.count, file)
    } catch {
      return false
    }
    let chunk = Chunk(capacity: EntryFile.chunkEntries, entryBytes: entryBytes)
    state.withLock { state in
      state.spilled = now.count
      state.chunk = chunk
    }
    return true
  }
}
