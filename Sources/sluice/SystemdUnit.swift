import Platform

/// A unit for systemd that runs this very program with the options it was given here, and leaves it
/// nothing it does not need: systemd.exec(5) says what each line takes away.
struct SystemdUnit {
  /// How long a stop may take behind the draining: journals are snapshot, logs and indexes synced.
  private static let closeSeconds = 60
  /// Connections need one each, and a file that is open need not be opened: any limit will do.
  private static let descriptorsMax = 1 << 19

  private let settings: ServeSettings
  private let arguments: [String]
  private let program: String
  private let paths: UnitPaths

  /// - Throws: `ValidationError` when a path cannot stand in a unit.
  init(
    _ settings: ServeSettings, arguments: [String] = CommandLine.arguments,
    program: String = ProcessUsage.programPath
  ) throws {
    self.settings = settings
    self.arguments = arguments
    self.program = program
    paths = try UnitPaths(settings, program: program)
  }

  /// The unit file.
  var text: String {
    let sections = [
      """
      # Written by sluice serve --print-systemd-unit. To use it:
      #   sluice serve --print-systemd-unit > /etc/systemd/system/sluice.service
      #   systemctl daemon-reload && systemctl enable --now sluice
      [Unit]
      Description=Sluice, a message log with an HTTP face
      Wants=network-online.target
      After=network-online.target
      """,
      "[Service]\n" + (service + identity + hardening).joined(separator: "\n"),
      "[Install]\nWantedBy=multi-user.target\n",
    ]
    return sections.joined(separator: "\n\n")
  }

  private var service: [String] {
    [
      "Type=notify", "NotifyAccess=main",
      "# It is ready once the data is open: after a crash the ends of the logs are read first.",
      "TimeoutStartSec=infinity",
      "ExecStart=" + command.map { SystemdUnit.quoted($0, inCommand: true) }.joined(separator: " "),
      "# Further options: SLUICE_MAX_CONNECTIONS=20000 and the like.",
      "EnvironmentFile=-/etc/default/sluice",
      "Restart=on-failure",
      "RestartSec=1",
      "# The requests under way have \(drainSeconds) s to finish; then everything is synced.",
      "TimeoutStopSec=\(drainSeconds + SystemdUnit.closeSeconds)",
      "LimitNOFILE=\(SystemdUnit.descriptorsMax)",
    ]
  }

  private var drainSeconds: Int { (settings.server.drainMilliseconds + 999) / 1000 }

  /// The program with the options it was given, here or by the environment, but for the one that
  /// prints the unit.
  private var command: [String] {
    var words = arguments.dropFirst().filter { $0 != "--print-systemd-unit" }
    words += settings.environmentWords
    if !settings.dataIsGiven { words += ["--data", paths.data] }
    return [program] + words
  }

  /// Who it runs as, and what it sees of the file system.
  private var identity: [String] {
    let user =
      paths.allIsMade
      ? ["DynamicUser=yes"] : ["# This user must exist.", "User=sluice", "Group=sluice"]
    return user + paths.lines + ["UMask=0027"]
  }

  private var hardening: [String] {
    let ports = settings.server.addresses.compactMap(\.network?.port)
    let isPrivileged = ports.contains { $0 > 0 && $0 < 1024 }
    let isOpen = settings.server.addresses.contains(where: \.isOpenToOthers)
    let capability = isPrivileged ? "CAP_NET_BIND_SERVICE" : ""
    var lines = [
      "NoNewPrivileges=yes", "CapabilityBoundingSet=\(capability)",
      "AmbientCapabilities=\(capability)", "ProtectSystem=strict",
      "PrivateDevices=yes", "ProtectClock=yes", "ProtectControlGroups=yes",
      "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes",
      "ProtectKernelTunables=yes", "ProtectProc=invisible", "LockPersonality=yes",
      "MemoryDenyWriteExecute=yes", "RemoveIPC=yes", "RestrictNamespaces=yes",
      "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
      "# Loopback is needed for comparisons of copies even where only a socket in the file system",
      "# is listened on.", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
      "SystemCallArchitectures=native", "SystemCallFilter=@system-service",
      "SystemCallFilter=~@privileged @resources", "SystemCallErrorNumber=EPERM",
    ]
    if !isPrivileged { lines.append("PrivateUsers=yes") }
    if !isOpen { lines += ["IPAddressDeny=any", "IPAddressAllow=localhost"] }
    return lines
  }

  /// A word as systemd.syntax(7) reads it back: specifiers are not expanded, nor, in a command,
  /// variables.
  static func quoted(_ word: String, inCommand: Bool = false) -> String {
    var escaped = ""
    for character in word.unicodeScalars {
      switch character {
      case "%": escaped += "%%"
      case "$" where inCommand: escaped += "$$"
      case "\"": escaped += "\\\""
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(character)
      }
    }
    let special = " \t\n\"'\\;"
    let isPlain =
      !word.isEmpty && !word.unicodeScalars.contains(where: special.unicodeScalars.contains)
    return isPlain ? escaped : "\"\(escaped)\""
  }
}
