import Foundation
import Support
import Testing

/// What the program does for those who run it.
@Suite struct OperatorTests {
  static let shell = Command.find("bash")

  // MARK: - A socket in the file system

  @Test func aSocketInTheFileSystemIsServedBesideAPort() throws {
    let directory = TemporaryDirectory()
    let path = directory.path("sluice.sock")
    let server = try TestServer(["--listen", "unix:\(path)"])
    let client = HTTPClient(port: 80, socketPath: path)
    #expect(try client.get("/healthz").status == 200)
    let lines = (0..<5000).map { "value \($0)" }.joined(separator: "\n")
    #expect(try client.post("/v1/topics/t/records", lines, type: "text/plain").status == 200)
    let segment = "/v1/topics/t/partitions/0/segments/0"
    let expected = try server.client().get(segment)
    for copy in ["read", "mmap", "sendfile"] {
      #expect(try client.get("\(segment)?copy=\(copy)").body == expected.body, "\(copy)")
    }
    // Names are looked at as they are on the port.
    let foreign = try client.get("/v1/status", ["Host": "example.org"])
    #expect(foreign.status == 421 && foreign.code == "foreign_host")
    #expect(try client.get("/v1/status", ["Host": "localhost"]).status == 200)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o660)
    #expect(try server.terminate() == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aSocketLeftBehindIsReplacedAndNothingElseIs() throws {
    let directory = TemporaryDirectory()
    let path = directory.path("sluice.sock")
    let server = try TestServer(["--listen", "unix:\(path)"])
    try server.kill()
    #expect(FileManager.default.fileExists(atPath: path))
    try server.restart()
    #expect(try HTTPClient(port: 80, socketPath: path).get("/healthz").status == 200)
    // Somebody listens: a second server keeps its hands off.
    let second = try Command.sluice(
      "serve", "--data", directory.path("other"), "--listen", "unix:\(path)")
    #expect(second.status != 0)
    #expect(second.errors.contains("sluice.sock"))
    #expect(try HTTPClient(port: 80, socketPath: path).get("/healthz").status == 200)
    let file = directory.path("file")
    try Data("text".utf8).write(to: URL(fileURLWithPath: file))
    let third = try Command.sluice(
      "serve", "--data", directory.path("other"), "--listen", "unix:\(file)")
    #expect(third.status != 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "text")
  }

  @Test func badPlacesToListenAreRefused() throws {
    for place in ["unix:relative", "unix:", "127.0.0.1", "example.org:80", "0.0.0.0:1"] {
      let answer = try Command.sluice("serve", "--data", "/nonexistent", "--listen", place)
      #expect(answer.status == 64, "\(place): \(answer.errors)")
    }
  }

  @Test(arguments: [true, false])
  func theServiceManagerIsToldOfTheStartAndTheStop(byAbstractName: Bool) throws {
    let directory = TemporaryDirectory()
    let manager = try ManagerSocket(
      byAbstractName ? "@sluice-\(UUID().uuidString)" : directory.path("notify"))
    let server = try TestServer(environment: ["NOTIFY_SOCKET": manager.name])
    let ready = try #require(manager.message())
    #expect(ready.hasPrefix("READY=1\nSTATUS=serving \(server.dataDirectory) at 127.0.0.1:"))
    #expect(try server.terminate() == 0)
    let stopping = try #require(manager.message())
    #expect(stopping.hasPrefix("STOPPING=1\nSTATUS="))
  }

  @Test func aManagerThatIsNotThereStopsNothing() throws {
    let server = try TestServer(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"])
    #expect(try server.client().get("/healthz").status == 200)
    // It is told right behind the first answers.
    for _ in 0..<200 where !server.log.contains("cannot be told") { usleep(10_000) }
    #expect(server.log.contains("the service manager cannot be told"))
  }

  // MARK: - Looking at the data

  /// A stopped server's data directory with three topics in it, one of them with a numbered request
  /// that is several batches, and a record that waits.
  private func stopped() throws -> TestServer {
    let server = try TestServer()
    let client = server.client()
    for index in 0..<3 {
      let value = String(repeating: "\(index)", count: 200)
      #expect(try client.post("/v1/topics/t/records", value, type: "text/plain").status == 200)
      #expect(
        try client.post("/v1/topics/tagged/records?tag=x", value, type: "text/plain").status == 200)
    }
    let numbered = try client.post(
      "/v1/topics/numbered/records",
      #"{"records":[{"value":1,"tag":"a"},{"value":2,"tag":"b"},{"value":3}]}"#,
      ["Producer-Id": "7", "Producer-Epoch": "0", "Producer-Seq": "0"])
    #expect(numbered.status == 200, "\(numbered.text)")
    let waiting = try client.post("/v1/topics/t/records", #"{"value":1,"delay":"1h"}"#)
    #expect(waiting.status == 200, "\(waiting.text)")
    #expect(try client.put("/v1/groups/g").status == 201)
    #expect(try server.terminate() == 0)
    return server
  }

  @Test func verifySaysThatAllIsSound() throws {
    let server = try stopped()
    let text = try Command.sluice("verify", server.dataDirectory)
    #expect(text.status == 0, "\(text.output)\(text.errors)")
    #expect(text.output.hasPrefix("sound: ") && text.output.contains(", 1 scheduled records"))
    #expect(text.errors == "", "a progress bar is for terminals only")
    let json = try Command.sluice("verify", "--json", server.dataDirectory)
    let document = JSONDocument(Array(json.output.utf8))
    #expect(document["sound"].bool == true)
    #expect(document["faults"].isArray && document["faults"].array.isEmpty)
    #expect((document["batches"].int ?? 0) >= 6)
    // It has changed nothing: the next start finds a clean stop.
    try server.restart()
    #expect(!server.log.contains("level=warning"), "\(server.log)")
  }

  @Test func verifyNamesFileAndPosition() throws {
    let server = try stopped()
    let file = "\(server.dataDirectory)/topics/t-0/00000000000000000000.log"
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    let size = bytes.count / 3
    bytes[size + size / 2] ^= 0xFF
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let text = try Command.sluice("verify", server.dataDirectory)
    #expect(text.status == 1)
    #expect(text.output.contains("\(file) at position \(size): the checksum does not hold"))
    #expect(text.output.contains("1 faults: "))
    let json = try Command.sluice("verify", "--json", server.dataDirectory)
    #expect(json.status == 1)
    let fault = JSONDocument(Array(json.output.utf8))["faults"][0]
    #expect(fault["file"].string == "topics/t-0/00000000000000000000.log")
    #expect(fault["position"].int == size)
    #expect(fault["mended_by_start"].bool == false)
  }

  @Test func verifyLooksAtWhatWaits() throws {
    let server = try stopped()
    let files = "\(server.dataDirectory)/state/scheduled/files"
    for name in try FileManager.default.contentsOfDirectory(atPath: files) {
      try Data().write(to: URL(fileURLWithPath: "\(files)/\(name)"))
    }
    let text = try Command.sluice("verify", server.dataDirectory)
    #expect(text.status == 1)
    #expect(text.output.contains("\(files)/1 at position 0: "))
    #expect(text.output.contains(" bytes were on the disk once"))
    #expect(text.output.contains("2 faults: "))
  }

  @Test func verifyKeepsOffWhatItCannotLookAt() throws {
    let server = try TestServer()
    let busy = try Command.sluice("verify", server.dataDirectory)
    #expect(busy.status == 2)
    #expect(busy.errors.contains("in use"))
    let nothing = server.directory + "/nothing"
    #expect(try Command.sluice("verify", nothing).status == 2)
    #expect(!FileManager.default.fileExists(atPath: nothing))
  }

  @Test func inspectSpeaksJSON() throws {
    let server = try stopped()
    let all = try Command.sluice("inspect", "--json", "--data", server.dataDirectory)
    #expect(all.status == 0)
    let segments = JSONDocument(Array(all.output.utf8))["segments"].array
    #expect(segments.map { $0["partition"].string } == ["numbered-0", "t-0", "tagged-0"])
    #expect(segments.map { $0["records"].int } == [3, 3, 3])
    #expect(segments.allSatisfy { $0["damage"].isNull })
    let file = "\(server.dataDirectory)/topics/tagged-0/00000000000000000000.log"
    let one = try Command.sluice("inspect", "--json", file)
    let batches = JSONDocument(Array(one.output.utf8))["batches"].array
    #expect(batches.map { $0["base_offset"].int } == [0, 1, 2])
    #expect(batches.allSatisfy { $0["tag"].string == "x" })
    #expect(JSONDocument(Array(one.output.utf8))["damage"].isNull)
  }

  @Test(arguments: [["/nope"], ["--data", "/nope"], ["/tmp"], ["--json", "/nope"]])
  func inspectSaysInALineWhatItCannotLookAt(arguments: [String]) throws {
    let answer = try Command(ServerProcess.program(), ["inspect"] + arguments)
    #expect(answer.status == 1 && answer.output.isEmpty, "\(answer.output)")
    #expect(answer.errors.hasPrefix("sluice inspect: "), "\(answer.errors)")
    #expect(answer.errors.split(separator: "\n").count == 1)
  }

  // MARK: - Where the data lies

  @Test func aDirectoryWithForeignFilesIsLeftAsItIs() throws {
    let directory = TemporaryDirectory()
    let file = directory.path("passwd")
    try Data("text".utf8).write(to: URL(fileURLWithPath: file))
    let answer = try Command.sluice("serve", "--data", directory.path, "--listen", "127.0.0.1:0")
    #expect(answer.status == 1)
    #expect(answer.errors.contains("is no data directory, and not empty: it holds passwd"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["passwd"])
    let notOne = try Command.sluice("serve", "--data", file, "--listen", "127.0.0.1:0")
    #expect(notOne.status == 1 && notOne.errors.contains("cannot serve"))
  }

  @Test func anEmptyFileSystemAndAFirstStartCutShortAreTaken() throws {
    let directory = TemporaryDirectory()
    let data = directory.path("data")
    try FileManager.default.createDirectory(
      atPath: data + "/lost+found", withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: data + "/LOCK"))
    let server = try ServerProcess(
      arguments: ["serve", "--data", data, "--listen", "127.0.0.1:0"],
      logFile: directory.path("log"))
    for _ in 0..<1000 where !server.log.contains("msg=ready") { usleep(10_000) }
    #expect(server.log.contains("msg=ready"), "\(server.log)")
    // What somebody lays beside its files later is no reason not to start.
    #expect(try server.end(by: SIGTERM) == 0)
    try Data().write(to: URL(fileURLWithPath: data + "/notes"))
    let again = try ServerProcess(
      arguments: ["serve", "--data", data, "--listen", "127.0.0.1:0"],
      logFile: directory.path("log again"))
    for _ in 0..<1000 where !again.log.contains("msg=ready") { usleep(10_000) }
    #expect(try again.end(by: SIGTERM) == 0, "\(again.log)")
  }

  // MARK: - The shell

  @Test(.enabled(if: shell != nil, "bash is not on PATH"))
  func completionsAreAShellScript() throws {
    let script = try Command.sluice("--generate-completion-script", "bash")
    #expect(script.status == 0)
    for word in ["serve", "verify", "inspect", "--print-systemd-unit", "--max-streams"] {
      #expect(script.output.contains(word), "\(word)")
    }
    let directory = TemporaryDirectory()
    let file = directory.path("sluice.bash")
    try script.output.write(toFile: file, atomically: true, encoding: .utf8)
    // Sourced by a real shell, it completes a subcommand.
    let ask = """
      source \(file); COMP_WORDS=(sluice ver); COMP_CWORD=1; COMP_LINE='sluice ver'; COMP_POINT=10
      spec=$(complete -p sluice); name=${spec#*-F }; ${name%% *} sluice ver sluice
      echo "${COMPREPLY[@]}"
      """
    let answer = try Command(try #require(Self.shell), ["-c", ask])
    #expect(answer.output.contains("verify"), "\(answer.output)\(answer.errors)")
  }
}
