import Foundation
import Support
import Testing

/// The unit for systemd that `sluice serve --print-systemd-unit` prints.
@Suite struct SystemdUnitTests {
  static let analyzer = Command.find("systemd-analyze")

  private static func unit(
    _ options: [String] = [], environment: [String: String] = [:]
  ) throws -> Command {
    try Command(
      ServerProcess.program(), ["serve", "--print-systemd-unit"] + options,
      environment: environment)
  }

  @Test func theUnitRunsThisProgramWithTheseOptions() throws {
    let unit = try Command.sluice(
      "serve", "--print-systemd-unit", "--listen", "unix:/run/sluice/sluice.sock",
      "--max-connections", "5", "--drain-timeout", "7", "--host-name", "a%b c$d"
    ).output
    let lines = Set(unit.split(separator: "\n").map(String.init))
    let program = try ServerProcess.program()
    #expect(
      unit.contains(
        "\nExecStart=\(program) serve --listen unix:/run/sluice/sluice.sock --max-connections 5 "
          + "--drain-timeout 7 --host-name \"a%%b c$$d\" --data /var/lib/sluice\n"))
    for line in [
      "StateDirectory=sluice", "RuntimeDirectory=sluice", "DynamicUser=yes",
      "ProtectSystem=strict", "NoNewPrivileges=yes", "MemoryDenyWriteExecute=yes",
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "Restart=on-failure",
      "SystemCallFilter=@system-service", "TimeoutStopSec=67", "IPAddressDeny=any",
      "Type=notify",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    #expect(!unit.contains("print-systemd-unit --"))
  }

  @Test func theUnitFollowsTheDataAndThePort() throws {
    let unit = try Command.sluice(
      "serve", "--print-systemd-unit", "--data", "/srv/log data", "--listen", "0.0.0.0:80",
      "--allow-anonymous"
    ).output
    #expect(unit.contains("\nReadWritePaths=\"/srv/log data\"\n"))
    #expect(unit.contains("\nProtectHome=yes\n") || unit.contains("\nProtectHome=tmpfs\n"))
    #expect(unit.contains("\nUser=sluice\n"))
    #expect(unit.contains("\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n"))
    #expect(!unit.contains("StateDirectory=") && !unit.contains("IPAddressDeny"))
    #expect(!unit.contains("PrivateUsers=yes"))
    let relative = try Command.sluice("serve", "--print-systemd-unit", "--data", "here")
    #expect(relative.status == 64)
  }

  @Test func whatTheEnvironmentGivesStandsInTheUnit() throws {
    let unit = try Self.unit(
      ["--max-connections", "7"],
      environment: [
        "SLUICE_LISTEN": "127.0.0.1:90,unix:/run/sluice/a.sock", "SLUICE_DATA": "/srv/sluice",
        "SLUICE_MAX_CONNECTIONS": "8", "SLUICE_MAX_TOPICS": "9", "SLUICE_ALLOW_ANONYMOUS": "yes",
        "SLUICE_NO_AUTO_CREATE": "no", "SLUICE_DRAIN_TIMEOUT": "5", "SLUICE_MAX_DELAY": "7d",
        "SLUICE_LOG_FORMAT": "json", "SLUICE_CRASH_ROUNDS": "1",
      ])
    let command = try #require(
      unit.output.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    let words = command.split(separator: " ").dropFirst().map(String.init)
    #expect(
      Set(words) == [
        "serve", "--max-connections", "7", "--listen=127.0.0.1:90",
        "--listen=unix:/run/sluice/a.sock", "--data=/srv/sluice", "--max-topics=9",
        "--allow-anonymous", "--drain-timeout=5", "--max-delay=7d", "--log-format=json",
      ])
    for line in [
      "ReadWritePaths=/srv/sluice", "RuntimeDirectory=sluice", "TimeoutStopSec=65",
      "AmbientCapabilities=CAP_NET_BIND_SERVICE", "User=sluice",
    ] {
      #expect(unit.output.contains("\n\(line)\n"), "\(line)")
    }
    let none = try Self.unit(environment: ["SLUICE_DATA": "here"])
    #expect(none.status == 64 && none.errors.contains("--data must be a path"))
  }

  static let places: [(options: [String], lines: [String])] = [
    (["--listen", "unix:/srv/run/a.sock"], ["ReadWritePaths=/srv/run", "User=sluice"]),
    (["--listen", "unix:/var/run/sluice/a.sock"], ["RuntimeDirectory=sluice", "DynamicUser=yes"]),
    (
      ["--listen", "unix:/run/a/x.sock", "--listen", "unix:/run/a/y.sock"],
      ["RuntimeDirectory=a", "StateDirectory=sluice"]
    ),
    (
      ["--listen", "unix:/tmp/sluice/a.sock"],
      ["BindPaths=/tmp/sluice", "StateDirectory=sluice", "User=sluice", "PrivateTmp=yes"]
    ),
    (["--data", "/var/tmp/sluice/"], ["BindPaths=/var/tmp/sluice", "PrivateTmp=yes"]),
    (
      ["--data", "/home/me/50% of $it"],
      ["BindPaths=\"/home/me/50%% of $it\"", "ProtectHome=tmpfs"]
    ),
    (["--data", "/root//./log"], ["BindPaths=/root/log", "ProtectHome=tmpfs"]),
    (
      ["--listen", "unix:/run/user/0/sluice/a.sock"],
      ["BindPaths=/run/user/0/sluice", "ProtectHome=tmpfs"]
    ),
    (["--data", "/var/lib/sluice/"], ["StateDirectory=sluice", "DynamicUser=yes"]),
    (
      ["--data", "/run/sluice-data", "--listen", "unix:/run/sluice/a.sock"],
      ["RuntimeDirectory=sluice", "ReadWritePaths=/run/sluice-data"]
    ),
  ]

  @Test(arguments: places)
  func whatIsWrittenMayBeWritten(options: [String], lines: [String]) throws {
    let unit = try Self.unit(options)
    for line in lines { #expect(unit.output.contains("\n\(line)\n"), "\(line): \(unit.output)") }
    #expect(unit.output.contains("\nDynamicUser=") != unit.output.contains("\nUser="))
  }

  static let refused: [(options: [String], reason: String)] = [
    (["--listen", "unix:/run/sluice.sock"], "the directory of unix:/run/sluice.sock is /run,"),
    (["--listen", "unix:/tmp/sluice.sock"], "is /tmp,"), (["--data", "/home"], "--data is /home,"),
    (["--data", "/srv/../tmp"], "without .."), (["--data", "/proc/1"], "--data is /proc/1,"),
    (
      ["--data", "/run/sluice", "--listen", "unix:/run/sluice/a.sock"],
      "systemd deletes /run/sluice,"
    ),
    (
      ["--data", "/run/sluice/data/", "--listen", "unix:/var/run/sluice/a.sock"],
      "--data is /run/sluice/data,"
    ),
    (["--data", "/srv/a:b"], "colons"), (["--data", "/"], "--data is /,"),
  ]

  @Test(arguments: refused)
  func whatAServiceCannotHaveIsRefused(options: [String], reason: String) throws {
    let unit = try Self.unit(options)
    #expect(unit.status == 64 && unit.output.isEmpty)
    #expect(unit.errors.contains(reason), "\(unit.errors)")
  }

  @Test(.enabled(if: analyzer != nil, "systemd-analyze is not on PATH"))
  func systemdHasNoComplaint() throws {
    let directory = TemporaryDirectory()
    let options =
      [[], ["--listen", "0.0.0.0:80", "--allow-anonymous", "--data", "/srv/sluice"]]
      + Self.places.map(\.options)
    for (number, options) in options.enumerated() {
      let file = directory.path("unit\(number).service")
      try Self.unit(options).output.write(toFile: file, atomically: true, encoding: .utf8)
      let verdict = try Command(try #require(Self.analyzer), ["verify", file])
      #expect(verdict.status == 0, "\(options): \(verdict.errors)")
      #expect(!verdict.errors.contains("unit\(number).service"), "\(options): \(verdict.errors)")
    }
  }
}
