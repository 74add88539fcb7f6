import Foundation

/// A file system in memory of a given size, mounted on a directory: a disk that is soon full. Only
/// root can make one. Gone with its last reference.
public final class SmallDisk {
  private let path: String

  /// True where this process may mount.
  public static var isPossible: Bool { geteuid() == 0 }

  /// Mounts one on a directory, which is made if it is not there.
  public init(_ path: String, bytes: Int) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try SmallDisk.run(["mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path])
  }

  deinit { try? SmallDisk.run(["umount", "--lazy", path]) }

  private static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TransferFailure(
        number: Int(process.terminationStatus), message: arguments.joined(separator: " "))
    }
  }
}
