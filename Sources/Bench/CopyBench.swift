import HTTPServer
import Platform

/// Reads the same bytes of a log by each copy strategy in turn, through the real server over a real
/// socket, and asks the server what it cost. The receivers drop the bytes in the kernel.
///
/// Each round goes through all cases and reads a log of its own: how fast pages go out depends on
/// where in memory they happen to lie, and a machine's moods last longer than one case.
public struct CopyBench: Sendable {
  /// What is measured.
  public struct Options: Sendable {
    /// The server; `nil` stands for one of the bench's own.
    public var target: LoadTarget?
    /// Where a server of one's own keeps its data.
    public var directory = "/var/tmp"
    /// How large a log is; there are two at a time.
    public var bytes = 512 << 20
    /// Bytes of one answer.
    public var chunks = [4 << 10, 64 << 10, 1 << 20, 16 << 20]
    /// Connections at a time.
    public var connections = [1, 8, 64]
    /// Rounds that count; one more goes before them.
    public var rounds = 15
    /// Whether cold pages are measured, too: only for a server of one's own.
    public var cold = false

    /// The defaults.
    public init() {}
  }

  /// A run is to take long enough for its figures to repeat, and not longer.
  private static let requestsPerRunMax = 16 << 10
  private static let passesPerRunMax = 6
  private static let raw = [(name: "Accept", value: "application/vnd.kafka.recordbatch.v2")]

  let options: Options
  var rounds: Int { options.rounds }
  var strategies: [CopyStrategy] { CopyStrategy.allCases }

  /// A bench with these options.
  public init(_ options: Options) { self.options = options }

  /// Measures. Takes seconds to minutes, by the options.
  public func run() throws(BenchError) -> Measurement {
    if options.cold, options.target != nil {
      throw .nothingToMeasure("only a server of the bench's own can be read cold")
    }
    let own: OwnServer? =
      if options.target == nil { try OwnServer(in: options.directory, flags: []) } else { nil }
    let target = options.target ?? own!.target
    let cases = settings
    let progress = Progress(steps: (options.rounds + 1) * (1 + cases.count * strategies.count))
    var figures: [CopyCase: CopyFigures] = [:]
    var last: CopyLog?
    for round in 0...options.rounds {
      let log = try CopyLog(target, bytes: options.bytes, progress)
      progress.step()
      // Behind the filling of the next one: or that would get the same memory.
      try last?.delete(from: target)
      last = log
      for setting in cases {
        for turn in strategies.indices {
          var one = setting
          // No strategy always comes behind the same one.
          one.strategy = strategies[(turn + round) % strategies.count]
          progress.begin("\(one)")
          if one.isCold { try own!.goCold() }
          try measure(one, target, log, countsIn: round > 0, progress, &figures)
          progress.step()
        }
      }
    }
    progress.clear()
    try last?.delete(from: target)
    return Measurement([report(cases, figures), theory(cases, figures)], plot(cases, figures))
  }

  private var settings: [CopyCase] {
    var cases: [CopyCase] = []
    for isCold in options.cold ? [false, true] : [false] {
      for connections in options.connections {
        for chunk in options.chunks {
          cases.append(
            CopyCase(strategy: .read, chunkBytes: chunk, connections: connections, isCold: isCold))
        }
      }
    }
    return cases
  }

  private func measure(
    _ one: CopyCase, _ target: LoadTarget, _ log: CopyLog, countsIn: Bool,
    _ progress: Progress, _ figures: inout [CopyCase: CopyFigures]
  ) throws(BenchError) {
    // What was read once is cold no more.
    let passes = one.isCold ? 1 : CopyBench.passesPerRunMax
    let bytes = min(passes * options.bytes, CopyBench.requestsPerRunMax * one.chunkBytes)
    let share = bytes / one.connections
    let before = try MetricsReading(target)
    let clock = SystemClock()
    let start = clock.monotonicTime()
    let meter = LoadMeter()
    let watch = { progress.advance(to: Double(meter.count.bytes) / Double(bytes)) }
    _ = try Workers.run(one.connections, watch: watch) { index throws(BenchError) in
      let start = log.records / one.connections * index
      try self.readThrough(one, target, log, from: start, bytes: share, meter)
    }
    let seconds = Double(clock.monotonicTime().nanoseconds(since: start)) / 1e9
    let after = try MetricsReading(target)
    guard countsIn else { return }
    let cost = ServerCost(from: before, to: after, strategy: one.strategy.rawValue)
    figures[one, default: CopyFigures()].add(
      bytes: Double(meter.count.bytes), seconds: seconds, cost)
  }

  /// Reads on from an offset, from the log's beginning once it has come to its end.
  private func readThrough(
    _ one: CopyCase, _ target: LoadTarget, _ log: CopyLog, from start: Int, bytes: Int,
    _ meter: LoadMeter
  ) throws(BenchError) {
    let connection = try LoadConnection(target)
    connection.widen()
    var offset = Int64(start)
    var delivered = 0
    while delivered < bytes {
      let path =
        "/v1/topics/\(log.topic)/partitions/0/records?offset=\(offset)"
        + "&max_bytes=\(one.chunkBytes)&copy=\(one.strategy.rawValue)"
      let answer = try connection.exchange(target.request("GET", path, CopyBench.raw))
      guard answer.isSuccess, let next = answer.nextOffset else {
        throw .refused(status: answer.status, request: "GET \(path)", body: "")
      }
      delivered += answer.bodyBytes
      meter.add(records: Int(next - offset), bytes: answer.bodyBytes)
      offset = answer.bodyBytes == 0 ? 0 : next
    }
  }
}
