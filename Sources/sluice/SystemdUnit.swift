import Platform

/// A unit for systemd that runs this very program with the options it was given here, and leaves it
/// nothing it does not need: systemd.exec(5) says what each line takes away.
struct SystemdUnit {
  private static let stateDirectory = "/var/lib/sluice"
  private static let runtimePrefix = "/run/"
  /// How long a stop may take behind the draining: journals are snapshot, logs and indexes synced.
  private static let closeSeconds = 60
  /// Connections need one each, and a file that is open need not be opened: any limit will do.
  private static let descriptorsMax = 1 << 19

  private let settings: ServeSettings
  private let dataIsGiven: Bool
  private let arguments: [String]
  private let program: String

  /// - Parameter data: the data directory, if the command line gives one.
  init(
    _ settings: ServeSettings, data: String?, arguments: [String] = CommandLine.arguments,
    program: String = ProcessUsage.programPath
  ) {
    self.settings = settings
    dataIsGiven = data != nil
    self.arguments = arguments
    self.program = program
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
      "ExecStart=" + command.map(SystemdUnit.quoted).joined(separator: " "),
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

  /// The program with the options it was given, but for the one that prints the unit.
  private var command: [String] {
    var words = arguments.dropFirst().filter { $0 != "--print-systemd-unit" }
    if !dataIsGiven { words += ["--data", data] }
    return [program] + words
  }

  private var data: String { dataIsGiven ? settings.data : SystemdUnit.stateDirectory }

  /// Who it runs as, and where it may write.
  private var identity: [String] {
    var lines: [String] = []
    if data == SystemdUnit.stateDirectory {
      lines = ["DynamicUser=yes", "StateDirectory=sluice", "StateDirectoryMode=0750"]
    } else {
      lines = [
        "# This user must exist and own the data directory.", "User=sluice", "Group=sluice",
        "ReadWritePaths=" + SystemdUnit.quoted(data),
      ]
    }
    let names = runtimeDirectories
    if !names.isEmpty {
      lines += ["RuntimeDirectory=" + names.joined(separator: " "), "RuntimeDirectoryMode=0755"]
    }
    return lines + ["UMask=0027"]
  }

  /// The directories below /run that sockets are to lie in.
  private var runtimeDirectories: [String] {
    var names: [String] = []
    for case .path(let path) in settings.server.addresses {
      let directory = path.parentDirectory
      guard directory.hasPrefix(SystemdUnit.runtimePrefix) else { continue }
      let name = String(directory.dropFirst(SystemdUnit.runtimePrefix.count))
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  private var hardening: [String] {
    let ports = settings.server.addresses.compactMap(\.network?.port)
    let isPrivileged = ports.contains { $0 > 0 && $0 < 1024 }
    let isOpen = settings.server.addresses.contains(where: \.isOpenToOthers)
    let capability = isPrivileged ? "CAP_NET_BIND_SERVICE" : ""
    let isAtHome = [program, data].contains { path in
      ["/home/", "/root/", "/run/user/"].contains(where: path.hasPrefix)
    }
    var lines = [
      "NoNewPrivileges=yes", "CapabilityBoundingSet=\(capability)",
      "AmbientCapabilities=\(capability)", "ProtectSystem=strict",
      "ProtectHome=\(isAtHome ? "no" : "yes")",
      "PrivateTmp=yes", "PrivateDevices=yes", "ProtectClock=yes", "ProtectControlGroups=yes",
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

  /// A word as systemd.service(5) reads it back: specifiers and variables are not expanded.
  static func quoted(_ word: String) -> String {
    var escaped = ""
    for character in word.unicodeScalars {
      switch character {
      case "%": escaped += "%%"
      case "$": escaped += "$$"
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
