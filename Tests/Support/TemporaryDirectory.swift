import Foundation
import Platform

/// A fresh directory that is removed, with all it holds, when its owner goes.
public final class TemporaryDirectory: Sendable {
  /// Where it lies.
  public let path: String

  /// Makes one below the system's place for such things.
  public init() {
    path = NSTemporaryDirectory() + "sluice-" + UUID().uuidString
    do {
      try DiskFileSystem().createDirectory(path)
    } catch {
      fatalError("no temporary directory: \(error)")
    }
  }

  deinit { try? DiskFileSystem().removeTree(path) }

  /// The path of something in it.
  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// A copy of the directory as it is at one moment: what a killed process would leave. Begun anew
  /// when something in it changes meanwhile.
  public func copy() throws -> TemporaryDirectory {
    while true {
      let before = try marks()
      let result = Result { try copy(names: before.map(\.name)) }
      if try marks() == before { return try result.get() }
    }
  }

  private func copy(names: [String]) throws -> TemporaryDirectory {
    let other = TemporaryDirectory()
    for name in names {
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: self.path(name), isDirectory: &isDirectory)
      if isDirectory.boolValue {
        try FileManager.default.createDirectory(
          atPath: other.path(name), withIntermediateDirectories: true)
      } else {
        try TemporaryDirectory.copyFile(self.path(name), to: other.path(name))
      }
    }
    return other
  }

  /// What tells that nothing has changed.
  private struct Mark: Equatable {
    let name: String
    let number: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  /// All that is in it, by name. What goes meanwhile is not in it.
  private func marks() throws -> [Mark] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted().compactMap { name in
      var status = stat()
      guard lstat(path(name), &status) == 0 else { return nil }
      return Mark(
        name: name, number: UInt(status.st_ino), size: Int(status.st_size),
        seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
  }

  /// Holes stay holes.
  private static func copyFile(_ from: String, to: String) throws {
    let source = try DiskFile(from, .read)
    let target = try DiskFile(to, .createOrOpen)
    let size = try source.size()
    try target.truncate(to: size)
    var block = [UInt8](repeating: 0, count: 1 << 16)
    for position in stride(from: 0, to: size, by: block.count) {
      try block.withUnsafeMutableBytes { memory in
        let count = try source.read(into: memory, at: position)
        let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
        if !isZero(bytes) { try target.write([bytes], at: position) }
      }
    }
  }

  private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress, bytes.count > 1 else { return bytes.first == 0 }
    return bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
  }
}
