/// Line charts as SVG, one panel beside the other, drawn by hand: light or dark as whoever looks
/// has it.
public struct Plot: Sendable {
  /// A line: `name` stands in the legend, unless it is empty.
  struct Series: Sendable {
    struct Point: Sendable {
      let x: Double
      let y: Double
    }

    let name: String
    let points: [Point]

    /// Points that are no numbers are left out.
    init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
    }
  }

  private static let columnsMax = 3
  private static let margin = 16.0
  private static let headHeight = 38.0
  private static let legendHeight = 18.0
  private static let legendWidth = 7.5
  /// Each has a color of its own, also where there is no color: by its order in the legend.
  private static let style = """
    svg{background:#fff;font:12px system-ui,sans-serif}.back{fill:#fff}text{fill:#1b2329}
    .quiet{fill:#56626c}.grid{stroke:#dce1e5;fill:none}.axis{stroke:#56626c;fill:none}
    .line{fill:none;stroke-width:2;stroke-linejoin:round}
    .s0{stroke:#b3560a}.s1{stroke:#7040b5}.s2{stroke:#0a6472}.s3{stroke:#1a7340}
    .f0{fill:#b3560a}.f1{fill:#7040b5}.f2{fill:#0a6472}.f3{fill:#1a7340}
    @media (prefers-color-scheme:dark){svg{background:#11161a}.back{fill:#11161a}
    text{fill:#e5eaee}
    .quiet{fill:#9eabb5}.grid{stroke:#2d3840}.axis{stroke:#9eabb5}
    .s0{stroke:#f0a261}.s1{stroke:#bb9bf2}.s2{stroke:#62c8d6}.s3{stroke:#63ca8c}
    .f0{fill:#f0a261}.f1{fill:#bb9bf2}.f2{fill:#62c8d6}.f3{fill:#63ca8c}}
    """

  /// How many series have a color.
  static let colors = 4

  private let title: String
  private let panels: [Panel]

  init(_ title: String, _ panels: [Panel]) { (self.title, self.panels) = (title, panels) }

  /// The whole document.
  public var svg: String {
    let legend = legend
    let head = Plot.headHeight + (legend.isEmpty ? 0 : Plot.legendHeight)
    let columns = min(Plot.columnsMax, max(1, panels.count))
    let size = columns == 1 ? Panel.Size.alone : .beside
    let rows = (panels.count + columns - 1) / columns
    let wide = Int(size.width) * columns
    let high = Int(size.height) * rows + Int(head)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(wide)\" height=\"\(high)\""
        + " viewBox=\"0 0 \(wide) \(high)\" role=\"img\">",
      "<title>\(Plot.escaped(title))</title>", "<style>\(Plot.style)</style>",
      "<rect class=\"back\" width=\"100%\" height=\"100%\"/>",
      Plot.text(title, Plot.margin, 26, "font-size=\"15\" font-weight=\"600\""),
    ]
    lines += legend
    for (index, panel) in panels.enumerated() {
      let x = Double(index % columns) * size.width
      let y = head + Double(index / columns) * size.height
      lines.append("<g transform=\"translate(\(x) \(y))\">")
      lines += panel.draw(size)
      lines.append("</g>")
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private var legend: [String] {
    var lines: [String] = []
    var x = Plot.margin
    for (index, series) in (panels.first?.series ?? []).enumerated() where !series.name.isEmpty {
      lines.append(
        "<rect x=\"\(x)\" y=\"39\" width=\"14\" height=\"4\" class=\"f\(index % Plot.colors)\"/>")
      lines.append(Plot.text(series.name, x + 20, 46, ""))
      x += 44 + Plot.legendWidth * Double(series.name.count)
    }
    return lines
  }

  static func text(_ words: String, _ x: Double, _ y: Double, _ attributes: String) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" \(attributes)>\(escaped(words))</text>"
  }

  static func number(_ value: Double) -> String { FixedPoint.text(value, digits: 1) }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, letter in
      switch letter {
      case "<": escaped += "&lt;"
      case "&": escaped += "&amp;"
      default: escaped.append(letter)
      }
    }
  }
}
