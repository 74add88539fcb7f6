import Foundation
import FoundationXML
import Testing

@testable import Bench

@Suite struct PlotTests {
  static let axes: [(most: Double, labels: [String])] = [
    (0, ["0", "0.2"]), (1, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (7.3, ["0", "2", "4", "6", "8"]), (10, ["0", "2", "4", "6", "8", "10"]),
    (1200, ["0", "0.25k", "0.50k", "0.75k", "1.00k", "1.25k"]),
    (235_000, ["0", "50k", "100k", "150k", "200k", "250k"]),
    (4.1e8, ["0", "100M", "200M", "300M", "400M", "500M"]),
    (0.0023, ["0.0000", "0.0005", "0.0010", "0.0015", "0.0020", "0.0025"]),
  ]

  @Test(arguments: axes)
  func figuresStandAtRoundPlaces(most: Double, labels: [String]) {
    let axis = Plot.Axis.linear("GB/s", upTo: most)
    #expect(axis.ticks.dropFirst().map(\.label) == Array(labels.dropFirst()))
    #expect(axis.place(of: 0) == 0)
    #expect(axis.place(of: most) <= 1 + 1e-9)
  }

  @Test func anAxisMayEndWhereTheLastValueIs() {
    let axis = Plot.Axis.linear("time, s", upTo: 3.05, endsThere: true)
    #expect(axis.ticks.map(\.label) == ["0", "1", "2", "3"])
    #expect(axis.place(of: 3.05) == 1)
  }

  @Test func eachNineIsAsFarAsTheOneBefore() {
    let axis = Plot.Axis.percentiles("percentile", of: 100_000)
    #expect(
      axis.ticks.map(\.label) == ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"])
    for (index, tick) in axis.ticks.enumerated() {
      #expect(abs(axis.place(of: tick.value) - Double(index) / 5) < 1e-9)
    }
    #expect(Plot.Axis.percentiles("percentile", of: 0).ticks.map(\.label) == ["0 %", "90 %"])
  }

  /// The document, once a parser of XML has taken it.
  private static func parsed(_ plot: Plot) throws -> String {
    let svg = plot.svg
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    return svg
  }

  private static func plot(_ panels: Int, names: [String], points: Int) -> Plot {
    let series = names.enumerated().map { index, name in
      Plot.Series(name, (0..<points).map { .init(x: Double($0), y: Double($0 * (index + 1))) })
    }
    let panel = Plot.Panel(
      title: "hot", x: .places("bytes of an answer", (0..<points).map { "\($0)KiB" }),
      y: .linear("GB/s", upTo: 10), series: series)
    return Plot("a < b & c", Array(repeating: panel, count: panels))
  }

  @Test func aChartHasALineForEachSeriesAndATitleForEachAxis() throws {
    let svg = try Self.parsed(Self.plot(2, names: ["read", "sendfile"], points: 4))
    #expect(svg.split(separator: "<polyline ").count == 5)
    #expect(svg.split(separator: "<circle ").count == 17)
    #expect(svg.split(separator: ">GB/s<").count == 3)
    #expect(svg.split(separator: ">bytes of an answer<").count == 3)
    #expect(svg.split(separator: ">sendfile<").count == 2, "one legend for all")
    #expect(svg.contains("<title>a &lt; b &amp; c</title>"))
    #expect(svg.contains("prefers-color-scheme:dark"))
  }

  @Test func manyPointsAreALineAndNotAllOfThemAreNamed() throws {
    let svg = try Self.parsed(Self.plot(1, names: [""], points: 200))
    #expect(!svg.contains("<circle "))
    #expect((5...20).contains(svg.split(separator: "KiB<").count))
  }

  @Test func whatIsNoNumberIsLeftOut() throws {
    let series = Plot.Series("read", [.init(x: 0, y: .nan), .init(x: 1, y: 2)])
    #expect(series.points.count == 1)
    let panel = Plot.Panel(
      title: "hot", x: .places("bytes", ["4KiB"]), y: .linear("GB/s", upTo: 2), series: [series])
    let svg = try Self.parsed(Plot("Copies", [panel]))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }
}
