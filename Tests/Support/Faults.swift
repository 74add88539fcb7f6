import Platform

/// What goes wrong in a `FaultyFileSystem`, and what was asked of it so far.
public final class Faults: Sendable {
  /// A kind of call, as it is counted.
  public enum Call: String, Sendable, CaseIterable {
    /// `FileSystem.open`.
    case open
    /// `File.read` and `File.readIfCached`.
    case read
    /// `File.write`.
    case write
    /// `File.beginSynchronizing`.
    case beginSynchronizing
    /// `File.waitForWriting`.
    case waitForWriting
    /// `File.synchronizeData`.
    case synchronize
    /// `File.truncate`.
    case truncate
  }

  private struct State {
    var counts: [String: Int] = [:]
    var room: Int?
    var codes: [(call: Call, suffix: String, code: CInt)] = []
  }

  private let state = Lock(State())
  /// Held while anything is changed on the disk. Not of an empty value, whose place the thread
  /// sanitizer takes for that of the mutex beside it.
  private let changing = Lock(false)
  private let watcher = Lock<(@Sendable (String) -> Void)?>(nil)

  /// Nothing goes wrong.
  public init() {}

  /// Lets so many more bytes be written to all files together before the disk is full; `nil`: no
  /// limit. The write that meets the limit leaves as much of itself as there was room for.
  public func setRoom(_ bytes: Int?) { state.withLock { $0.room = bytes } }

  /// Has every such call on files whose path ends with `suffix` fail with `code`.
  public func fail(_ call: Call, suffix: String = "", code: CInt) {
    state.withLock { $0.codes.append((call, suffix, code)) }
  }

  /// Nothing goes wrong any more.
  public func clear() {
    state.withLock { state in
      state.codes = []
      state.room = nil
    }
  }

  /// Has `body` be told the path of each file that is about to be written, on the thread that
  /// writes it.
  public func watchWrites(_ body: (@Sendable (String) -> Void)?) {
    watcher.withLock { $0 = body }
  }

  /// Does something while nobody changes anything on the disk.
  public func frozen<Result>(_ body: () throws -> Result) rethrows -> Result {
    try changing.withLock { _ in try body() }
  }

  /// Tells who watches that a file is about to be written.
  func tellOfWrite(_ path: String) {
    let body = watcher.withLock { $0 }
    body?(path)
  }

  /// Changes something on the disk, when it is not frozen.
  func change<Result>(_ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
    try changing.withLock { _ throws(SystemError) in try body() }
  }

  /// How many such calls there were on files whose path ends with `suffix`.
  public func count(_ call: Call, suffix: String = "") -> Int {
    state.withLock { state in
      state.counts.reduce(0) { sum, entry in
        let parts = entry.key.split(separator: ":", maxSplits: 1)
        return parts[0] == call.rawValue && parts[1].hasSuffix(suffix) ? sum + entry.value : sum
      }
    }
  }

  /// Begins to count anew.
  public func resetCounts() { state.withLock { $0.counts = [:] } }

  /// Counts a call and throws if it is to fail.
  func pass(_ call: Call, _ path: String) throws(SystemError) {
    let code = state.withLock { state -> CInt? in
      state.counts["\(call.rawValue):\(path)", default: 0] += 1
      return state.codes.first { $0.call == call && path.hasSuffix($0.suffix) }?.code
    }
    if let code { throw SystemError(code: code, operation: "fault", subject: path) }
  }

  /// Takes room for `bytes`; gives how much of them there was room for.
  func takeRoom(_ bytes: Int) -> Int {
    state.withLock { state in
      guard let room = state.room else { return bytes }
      let taken = min(room, bytes)
      state.room = room - taken
      return taken
    }
  }
}
