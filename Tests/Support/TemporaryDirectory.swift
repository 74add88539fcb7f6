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

  /// A copy of the directory as it is now: what a killed process would leave.
  public func copy() throws -> TemporaryDirectory {
    let other = TemporaryDirectory()
    try FileManager.default.removeItem(atPath: other.path)
    try FileManager.default.copyItem(atPath: path, toPath: other.path)
    return other
  }
}
