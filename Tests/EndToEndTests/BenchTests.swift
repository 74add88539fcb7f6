import Foundation
import JSON
import Platform
import Support
import Testing

/// The bench is run for a moment as a person would run it: what it finds is not judged, only that
/// it finds something and leaves nothing behind.
@Suite struct BenchTests {
  private static func run(_ arguments: [String]) throws -> Command {
    try Command(ServerProcess.program(), ["bench"] + arguments)
  }

  static let loads: [[String]] = [
    ["copy", "--bytes", "2MiB", "--chunks", "64KiB,1MiB", "--connections", "2", "--rounds", "1"],
    ["copy", "--bytes", "2MiB", "--chunks", "1MiB", "--connections", "1", "--rounds=1", "--cold"],
    ["produce", "--seconds", "3", "--connections", "2", "--records", "10", "--form", "ndjson"],
    ["consume", "--seconds", "3", "--connections", "2", "--bytes", "2MiB"],
    ["receive", "--seconds", "3", "--connections", "2", "--durability", "memory"],
    ["latency", "--seconds", "3", "--connections", "2", "--rate", "100", "--acks", "written"],
  ]

  @Test(arguments: loads)
  func aLoadFindsFiguresAndCleansUp(arguments: [String]) throws {
    let directory = TemporaryDirectory()
    let chart = TemporaryDirectory()
    let bench = try Self.run(
      arguments + ["--json", "--directory", directory.path, "--svg", chart.path("chart.svg")])
    #expect(bench.status == 0, "\(bench.errors)")
    let document = try Array(bench.output.utf8).withUnsafeBytes { bytes in
      let parser = JSONParser()
      let rows = try parser.parse(bytes).elements.map { $0["rows"]?.count ?? 0 }
      return rows
    }
    #expect(!document.isEmpty && document.allSatisfy { $0 > 0 })
    let svg = try String(contentsOfFile: chart.path("chart.svg"), encoding: .utf8)
    #expect(svg.hasPrefix("<svg ") && svg.contains("<polyline ") && !svg.contains("nan"))
    // A chart is one of something: its lines have more points than one, also where the thread that
    // looks on gets no turn for a second.
    let points = svg.split(separator: " points=\"").dropFirst().map {
      $0.prefix { $0 != "\"" }.split(separator: " ").count
    }
    #expect(points.max() ?? 0 > (arguments.contains("--rounds=1") ? 0 : 1), "\(points)")
    #expect(bench.errors.isEmpty, "progress is for terminals only: \(bench.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test(.enabled(if: Command.find("script") != nil, "script is not on PATH"))
  func progressMovesWithTheTimeOfALoad() throws {
    let program = try ServerProcess.program()
    let loads = [
      "produce --seconds 1 --connections 2", "latency --seconds 1 --connections 2 --rate 100",
      "consume --seconds 1 --connections 2 --bytes 8MiB",
    ]
    for load in loads {
      let bench = try Command(
        try #require(Command.find("script")),
        ["--quiet", "--return", "--command", "\(program) bench \(load)", "/dev/null"])
      #expect(bench.status == 0, "\(bench.output)")
      let shares = bench.output.split(separator: "] ").dropFirst().compactMap {
        Int($0.prefix { $0.isNumber })
      }
      #expect(Set(shares).count > 5, "\(load): \(shares)")
      #expect(shares == shares.sorted() && shares.max() ?? 0 > 80, "\(load): \(shares)")
    }
  }

  @Test func anotherServerCanBeMeasured() throws {
    let server = try TestServer()
    let url = "http://127.0.0.1:\(server.port)"
    let bench = try Self.run(["latency", "--seconds", "1", "--rate", "50", "--url", url])
    #expect(bench.status == 0 && bench.output.contains("p99"), "\(bench.errors)")
    #expect(try server.client().get("/v1/topics").text.contains("bench-latency") == false)
  }

  static let refused: [[String]] = [
    ["copy", "--bytes", "1kB"], ["copy", "--chunks", "64KiB,,x"], ["copy", "--connections", "0"],
    ["copy", "--url", "ftp://127.0.0.1"], ["produce", "--connections", "0"],
    ["produce", "--form", "xml"], ["latency", "--rate", "0"],
    ["produce", "--acks", "some"], ["consume", "--acks", "written"],
    ["receive", "--acks", "committed"],
    ["latency", "--operation", "health", "--acks", "written", "--seconds", "1"],
    ["latency", "--url", "http://127.0.0.1:1"], ["consume", "--svg", "/nowhere/chart.svg"],
  ]

  @Test(arguments: refused)
  func whatCannotBeMeasuredIsSaid(arguments: [String]) throws {
    let bench = try Self.run(arguments)
    #expect(bench.status != 0 && bench.errors.contains("Error"))
  }
}
