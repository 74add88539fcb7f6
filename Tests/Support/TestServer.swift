import Foundation

/// The real program, serving a fresh directory on a port of the system's choice. It is killed, and
/// its directory goes, with the last reference. Belongs to one thread; the port may be handed to
/// others.
public final class TestServer {
  /// The directory that holds the data and the program's logs.
  public let directory: String
  /// Where it listens; another after each restart.
  public private(set) var port: UInt16 = 0
  /// How long the last start took, until the server was ready.
  public private(set) var startSeconds = 0.0
  private var process: ServerProcess
  private let arguments: [String]
  private let environment: [String: String]
  private let openFilesMax: Int?
  private let disk: SmallDisk?
  private var runs = 0

  /// Starts a server; `arguments` are further ones for `sluice serve`.
  ///
  /// - Parameters:
  ///   - environment: what it finds there beside what the tests do.
  ///   - diskBytes: the size of a disk of its own for the data; `nil` for the machine's.
  ///   - openFilesMax: how many descriptors it may have; `nil` for as many as the tests.
  public init(
    _ arguments: [String] = [], environment: [String: String] = [:], diskBytes: Int? = nil,
    openFilesMax: Int? = nil
  ) throws {
    self.arguments = arguments
    self.environment = environment
    self.openFilesMax = openFilesMax
    directory = NSTemporaryDirectory() + "sluice-test-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    disk =
      if let diskBytes { try SmallDisk(directory + "/data", bytes: diskBytes) } else { nil }
    process = try TestServer.launch(directory, arguments, environment, openFilesMax, run: 0)
    try waitUntilReady()
  }

  deinit {
    if process.isRunning { _ = try? process.end(by: SIGKILL) }
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// The data directory.
  public var dataDirectory: String { directory + "/data" }
  /// What the present run has said.
  public var log: String { process.log }
  /// False once the program has ended.
  public var isRunning: Bool { process.isRunning }
  /// A client of its own.
  public func client() -> HTTPClient { HTTPClient(port: port) }
  /// A bare connection.
  public func connect() throws -> RawConnection { try RawConnection(port: port) }

  /// How many descriptors it has open now.
  public func openFiles() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.id)/fd").count
  }

  /// Lets it open none whose number is higher than `count`, whatever it has open; at most as many
  /// as it was started with.
  public func limitOpenFiles(to count: Int) throws {
    let command = Process()
    command.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
    command.arguments = ["--pid", "\(process.id)", "--nofile=\(count):"]
    try command.run()
    command.waitUntilExit()
    guard command.terminationStatus == 0 else {
      throw TransferFailure(number: Int(command.terminationStatus), message: "no limit was set")
    }
  }

  /// Asks the program to end, and gives its exit status.
  public func terminate() throws -> Int32 { try process.end(by: SIGTERM) }

  /// Asks the program to end, and does not wait.
  public func beginTermination() { Foundation.kill(process.id, SIGTERM) }

  /// Waits for the program's end, and gives its exit status.
  public func waitForEnd() throws -> Int32 { try process.waitForEnd(withinMilliseconds: 15_000) }

  /// Ends the program as a power cut would end it, but for the page cache.
  public func kill() throws { _ = try process.end(by: SIGKILL) }

  /// Starts the program again on the same data; ends it first if it still runs.
  public func restart() throws {
    if process.isRunning {
      let status = try terminate()
      guard status == 0 else {
        throw TransferFailure(number: Int(status), message: "the server ended badly:\n\(log)")
      }
    }
    runs += 1
    process = try TestServer.launch(directory, arguments, environment, openFilesMax, run: runs)
    try waitUntilReady()
  }

  private static func launch(
    _ directory: String, _ arguments: [String], _ environment: [String: String],
    _ openFilesMax: Int?, run: Int
  ) throws -> ServerProcess {
    let fixed = ["serve", "--data", directory + "/data", "--listen", "127.0.0.1:0"]
    return try ServerProcess(
      arguments: fixed + arguments, environment: environment,
      logFile: "\(directory)/log-\(run).txt", openFilesMax: openFilesMax)
  }

  private func waitUntilReady() throws {
    let start = ContinuousClock.now
    for _ in 0..<20_000 {
      if let found = TestServer.port(in: process.log) {
        port = found
        break
      }
      guard process.isRunning else { break }
      usleep(500)
    }
    guard process.isRunning, port != 0 else {
      throw TransferFailure(number: 0, message: "the server does not start; it says:\n\(log)")
    }
    let client = client()
    while try client.get("/readyz").status != 200 {
      // It may have answered that it is not ready yet, and then ended.
      guard process.isRunning else {
        throw TransferFailure(number: 0, message: "the server ended; it says:\n\(log)")
      }
      usleep(500)
    }
    startSeconds = (ContinuousClock.now - start) / .seconds(1)
  }

  /// The port in a line such as `… msg="listening" address=127.0.0.1:40123 …`.
  private static func port(in log: String) -> UInt16? {
    for line in log.split(separator: "\n") where line.contains("listening") {
      for word in line.split(separator: " ") where word.hasPrefix("address=") {
        return word.split(separator: ":").last.flatMap { UInt16($0.trimmingSuffix("\"")) }
      }
    }
    return nil
  }
}

extension Substring {
  fileprivate func trimmingSuffix(_ suffix: Character) -> Substring {
    last == suffix ? dropLast() : self
  }
}
