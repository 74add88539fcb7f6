import Platform

/// The offset of each log before which everything is on the disk and in the index files: where a
/// restart after a crash begins to look. Kept in one small text file, replaced whole.
public final class RecoveryPoints: Sendable {
  private let path: String
  private let files: any FileSystem
  private let points: Lock<[String: Offset]>

  /// Reads the file; none, or one that does not fit, gives no points: then all is looked at.
  init(_ path: String, _ files: any FileSystem) throws(SystemError) {
    self.path = path
    self.files = files
    let text = try files.readWhole(path).map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    points = Lock(RecoveryPoints.parse(text))
  }

  /// A log's point; the beginning, if nothing is known.
  func point(of name: String) -> Offset { points.withLock { $0[name] } ?? .zero }

  /// The logs of which something was synced.
  var names: [String] { points.withLock { $0.filter { $0.value > .zero }.keys.sorted() } }

  func set(_ offset: Offset, of name: String) { points.withLock { $0[name] = offset } }

  func remove(_ name: String) { points.withLock { $0[name] = nil } }

  /// Writes the file. When the disk is full, or there is no descriptor, the old one stays, which
  /// does no harm while points only move up; otherwise, not `keepingOld`, it goes, and the next
  /// start looks at everything.
  func write(keepingOld: Bool) throws(LogError) {
    let lines = points.withLock { $0 }.sorted { $0.key < $1.key }
    let text = ByteBuffer(capacity: 64 + lines.count * 48)
    text.append("1\n")
    for (name, offset) in lines { text.append("\(offset.value) \(name)\n") }
    do {
      try files.replaceWhole(path, with: text)
    } catch {
      guard error.isOutOfSpace || error.isExhausted else {
        throw .offline(reason: error.description)
      }
      if !keepingOld { try? files.removeFile(path) }
    }
  }

  private static func parse(_ text: String) -> [String: Offset] {
    var lines = text.split(separator: "\n")
    guard lines.first == "1" else { return [:] }
    lines.removeFirst()
    var points: [String: Offset] = [:]
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let value = Int64(words[0]), value >= 0 else { return [:] }
      points[String(words[1])] = Offset(value)
    }
    return points
  }
}
