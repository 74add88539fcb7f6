import ArgumentParser
import Platform

/// The paths that a server needs, and how a unit gives it just those: everything else it may not
/// write, and homes and temporary files it does not even see.
struct UnitPaths {
  private static let stateDirectory = "/var/lib/sluice"
  private static let runtime = "/run/"
  private static let homes = ["/home/", "/root/", "/run/user/"]
  private static let temporary = ["/tmp/", "/var/tmp/"]
  /// What nobody can be given for himself.
  private static let shared: Set = [
    "/", "/run", "/run/user", "/tmp", "/var/tmp", "/home", "/root", "/var", "/var/lib", "/dev",
    "/proc", "/sys",
  ]

  /// Where the data is.
  let data: String
  /// Where sockets lie.
  private let sockets: [String]
  /// What is only read: the program, and the folder of the status page.
  private let read: [String]

  /// - Throws: `ValidationError` when a path cannot stand in a unit.
  init(_ settings: ServeSettings, program: String) throws {
    data =
      settings.dataIsGiven
      ? try UnitPaths.own("--data", settings.data) : UnitPaths.stateDirectory
    sockets = try settings.server.addresses.reduce(into: []) { found, address in
      guard case .path(let path) = address else { return }
      let directory = try UnitPaths.own("the directory of \(address)", path.parentDirectory)
      if !found.contains(directory) { found.append(directory) }
    }
    for directory in sockets where UnitPaths.isRuntime(directory) {
      guard !"\(data)/".hasPrefix(directory + "/") else {
        throw ValidationError(
          "--data is \(data), and systemd deletes \(directory), where a socket lies, with all it"
            + " holds when the service stops: keep the data elsewhere.")
      }
    }
    let folder = try settings.service.pageFolder.map { try UnitPaths.own("--static", $0) }
    read = [program] + (folder.map { [$0] } ?? [])
  }

  /// True when systemd makes all that is written, for a user that it makes as well.
  var allIsMade: Bool { written.isEmpty }

  private var dataIsState: Bool { data == UnitPaths.stateDirectory }

  /// Directories that somebody has to make.
  private var written: [String] {
    (dataIsState ? [] : [data]) + sockets.filter { !UnitPaths.isRuntime($0) }
  }

  /// The unit's lines about directories and homes.
  var lines: [String] {
    var lines: [String] = []
    if dataIsState { lines += ["StateDirectory=sluice", "StateDirectoryMode=0750"] }
    let names = sockets.filter(UnitPaths.isRuntime).map { $0.dropFirst(UnitPaths.runtime.count) }
    if !names.isEmpty {
      let words = names.map { SystemdUnit.quoted(String($0)) }
      lines += ["RuntimeDirectory=" + words.joined(separator: " "), "RuntimeDirectoryMode=0755"]
    }
    if !written.isEmpty {
      lines.append("# These must exist, and the user must be allowed to write there.")
    }
    for path in written {
      lines.append((isHidden(path) ? "BindPaths=" : "ReadWritePaths=") + SystemdUnit.quoted(path))
    }
    for path in read where isHidden(path) {
      lines.append("BindReadOnlyPaths=" + SystemdUnit.quoted(path))
    }
    let needsHome = (written + read).contains { UnitPaths.lies($0, in: UnitPaths.homes) }
    // Beneath `yes` nothing can be bound.
    return lines + ["PrivateTmp=yes", "ProtectHome=\(needsHome ? "tmpfs" : "yes")"]
  }

  private func isHidden(_ path: String) -> Bool {
    UnitPaths.lies(path, in: UnitPaths.homes + UnitPaths.temporary)
  }

  private static func isRuntime(_ path: String) -> Bool {
    lies(path, in: [runtime]) && !lies(path, in: homes)
  }

  private static func lies(_ path: String, in directories: [String]) -> Bool {
    directories.contains(where: path.hasPrefix)
  }

  /// A path as a unit takes it, of a place that can be had for oneself.
  private static func own(_ what: String, _ path: String) throws -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard path.hasPrefix("/"), !parts.contains(".."), !path.contains(":") else {
      throw ValidationError(
        "\(what) must be a path from / on, without .. and colons, to stand in a unit.")
    }
    let plain = "/" + parts.joined(separator: "/")
    // One is a link to the other.
    let isOldRun = "\(plain)/".hasPrefix("/var/run/")
    let place = isOldRun ? String(plain.dropFirst("/var".count)) : plain
    guard !shared.contains(place), !lies(place, in: ["/dev/", "/proc/", "/sys/"]) else {
      throw ValidationError(
        "\(what) is \(place), which a service cannot have for itself: give it one of its own.")
    }
    return place
  }
}
