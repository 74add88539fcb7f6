import Platform

/// A server of the bench's own: this very program, on a data directory that goes with it.
final class OwnServer {
  private static let startMillisecondsMax = 30_000

  let target: LoadTarget
  private let directory: String
  private let address: SocketAddress
  private let files = DiskFileSystem()
  private var process: ChildProcess

  /// Starts it and waits until it is ready.
  ///
  /// - Parameter parent: where the data directory is made: a disk that has room.
  init(in parent: String, flags: [String]) throws(BenchError) {
    do {
      // Its port is free when it goes, and will be the server's.
      let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0))
      address = listener.address.network!
      directory = "\(parent)/sluice-bench-\(address.port)"
      try files.createDirectory(parent)
      try files.createDirectory(directory)
    } catch {
      throw .system(error)
    }
    target = LoadTarget(address: address)
    self.flags = flags
    process = try OwnServer.start(directory, address, flags)
    try waitUntilReady()
  }

  deinit {
    process.stop()
    try? files.removeTree(directory)
  }

  private let flags: [String]

  /// Stops it, lets go of its files' pages, and starts it again: the next read finds them cold.
  func goCold() throws(BenchError) {
    process.stop()
    do {
      let topics = directory + "/data/topics"
      for topic in try files.list(topics) {
        for file in try files.list("\(topics)/\(topic)") where file.hasSuffix(".log") {
          try PageCache.drop("\(topics)/\(topic)/\(file)")
        }
      }
    } catch {
      throw .system(error)
    }
    process = try OwnServer.start(directory, address, flags)
    try waitUntilReady()
  }

  private static func start(
    _ directory: String, _ address: SocketAddress, _ flags: [String]
  ) throws(BenchError) -> ChildProcess {
    do {
      return try ChildProcess(
        arguments: ["serve", "--data", directory + "/data", "--listen", address.description]
          + flags, outputTo: directory + "/log")
    } catch {
      throw .system(error)
    }
  }

  private func waitUntilReady() throws(BenchError) {
    let request = target.request("GET", "/readyz")
    let clock = SystemClock()
    let limit = clock.monotonicTime().advanced(byMilliseconds: OwnServer.startMillisecondsMax)
    let pause = Mailbox<Bool>()
    var nothing: [Bool] = []
    while process.isRunning, clock.monotonicTime() < limit {
      if let answer = try? LoadConnection(target).exchange(request), answer.isSuccess { return }
      _ = pause.take(into: &nothing, until: clock.monotonicTime().advanced(byMilliseconds: 10))
    }
    let log = try? files.readWhole(directory + "/log")
    throw .notStarted(log.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "nothing")
  }
}
