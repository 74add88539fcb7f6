import Foundation

/// One run of the real program, from its start to its end. What it says goes to a file.
public final class ServerProcess {
  /// Its process number.
  public let id: pid_t
  private let logFile: String
  private var status: Int32?

  /// Starts the program that was built beside the tests.
  ///
  /// - Parameters:
  ///   - environment: what it finds there beside what this process does.
  ///   - openFilesMax: how many descriptors it may have; `nil` for as many as this process.
  public init(
    arguments: [String], environment: [String: String] = [:], logFile: String,
    openFilesMax: Int? = nil
  ) throws {
    self.logFile = logFile
    var program = try ServerProcess.program()
    var arguments = arguments
    if let openFilesMax {
      arguments = ["--nofile=\(openFilesMax):\(openFilesMax)", program] + arguments
      program = "/usr/bin/prlimit"
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, logFile, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    // Clients' sockets must not live on in a server. Closing what is not open does no harm.
    for descriptor in 3..<Int32(256) { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    let inherited = ProcessInfo.processInfo.environment
    let all = inherited.merging(environment) { $1 }.map { "\($0)=\($1)" }
    var variables: [UnsafeMutablePointer<CChar>?] = all.map { strdup($0) } + [nil]
    defer { variables.forEach { free($0) } }
    var id: pid_t = 0
    let failure = posix_spawn(&id, program, &actions, nil, &words, &variables)
    guard failure == 0 else {
      throw TransferFailure(number: Int(failure), message: "cannot start \(program)")
    }
    self.id = id
  }

  deinit { if isRunning { _ = try? end(by: SIGKILL) } }

  /// Everything it has said so far.
  public var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

  /// False once it has ended.
  public var isRunning: Bool { poll() == nil }

  /// Sends it a signal and waits for its end; gives its exit status, 128 and more for one that a
  /// signal ended.
  public func end(by signal: Int32, withinMilliseconds limit: Int = 15_000) throws -> Int32 {
    kill(id, signal)
    return try waitForEnd(withinMilliseconds: limit)
  }

  /// Waits for its end.
  public func waitForEnd(withinMilliseconds limit: Int) throws -> Int32 {
    for _ in 0..<limit {
      if let status = poll() { return status }
      usleep(1000)
    }
    kill(id, SIGKILL)
    throw TransferFailure(number: 0, message: "the server does not end; it says:\n\(log)")
  }

  private func poll() -> Int32? {
    if let status { return status }
    var raw: Int32 = 0
    guard waitpid(id, &raw, WNOHANG) == id else { return nil }
    status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + raw & 0x7F
    return status
  }

  /// Where the program lies: beside the test bundle, which is the program that runs now.
  public static func program() throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(fileURLWithPath: own).deletingLastPathComponent()
      .appendingPathComponent("sluice").path
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw TransferFailure(number: 0, message: "there is no program at \(program)")
    }
    return program
  }
}
