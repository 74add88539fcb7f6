/// Line charts as SVG, one panel beside the other, drawn by hand.
public struct Plot: Sendable {
  /// One chart.
  struct Panel: Sendable {
    let title: String
    /// What stands below the axis.
    let positions: [String]
    /// A line a series, a value a position.
    var series: [(name: String, values: [Double])] = []
  }

  private static let width = 360.0
  private static let height = 260.0
  private static let left = 48.0
  private static let top = 40.0
  private static let colors = ["#b4532a", "#2a78b4", "#2f9e55", "#8a4fbf"]

  private let title: String
  private let unit: String
  private let panels: [Panel]

  init(_ title: String, unit: String, _ panels: [Panel]) {
    (self.title, self.unit, self.panels) = (title, unit, panels)
  }

  /// The whole document.
  public var svg: String {
    let columns = min(3, max(1, panels.count))
    let rows = (panels.count + columns - 1) / columns
    let wide = Int(Plot.width) * columns
    let high = Int(Plot.height) * rows + 60
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(wide) \(high)\""
        + " font-family=\"sans-serif\" font-size=\"11\">",
      "<title>\(title)</title>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      "<text x=\"16\" y=\"24\" font-size=\"15\">\(title)</text>",
    ]
    lines.append(legend)
    for (index, panel) in panels.enumerated() {
      let x = Double(index % columns) * Plot.width
      let y = 44 + Double(index / columns) * Plot.height
      lines.append("<g transform=\"translate(\(x) \(y))\">")
      lines += draw(panel)
      lines.append("</g>")
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private var legend: String {
    let names = panels.first?.series.map(\.name) ?? []
    return names.enumerated().map { index, name in
      "<text x=\"\(16 + index * 90)\" y=\"42\" fill=\"\(Plot.colors[index % 4])\">● \(name)</text>"
    }.joined(separator: "\n")
  }

  private func draw(_ panel: Panel) -> [String] {
    let wide = Plot.width - Plot.left - 20
    let high = Plot.height - Plot.top - 44
    let top = panel.series.flatMap(\.values).max() ?? 0
    let most = Plot.roundUp(top)
    func x(_ place: Int) -> Double {
      Plot.left + wide * Double(place) / Double(max(1, panel.positions.count - 1))
    }
    func y(_ value: Double) -> Double { Plot.top + high * (1 - value / most) }
    var lines = ["<text x=\"\(Plot.left)\" y=\"\(Plot.top - 10)\">\(panel.title), \(unit)</text>"]
    for step in 0...4 {
      let value = most * Double(step) / 4
      let label = FixedPoint.text(value, digits: most < 10 ? 1 : 0)
      lines.append(
        "<path d=\"M\(Plot.left) \(y(value))h\(wide)\" stroke=\"#dddddd\" fill=\"none\"/>"
          + "<text x=\"\(Plot.left - 6)\" y=\"\(y(value) + 4)\" text-anchor=\"end\">\(label)</text>"
      )
    }
    for (place, name) in panel.positions.enumerated() {
      lines.append(
        "<text x=\"\(x(place))\" y=\"\(Plot.top + high + 16)\""
          + " text-anchor=\"middle\">\(name)</text>"
      )
    }
    for (index, series) in panel.series.enumerated() {
      let color = Plot.colors[index % 4]
      let points = series.values.enumerated().map { "\(x($0.offset)),\(y($0.element))" }
      lines.append(
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(color)\""
          + " stroke-width=\"2\"/>")
      for (place, value) in series.values.enumerated() {
        lines.append("<circle cx=\"\(x(place))\" cy=\"\(y(value))\" r=\"3\" fill=\"\(color)\"/>")
      }
    }
    return lines
  }

  /// The next of 1, 2, 4, 5, 8, 10 times a power of ten.
  private static func roundUp(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    while power > value { power /= 10 }
    for factor in [1.0, 2, 4, 5, 8] where power * factor >= value { return power * factor }
    return power * 10
  }
}
