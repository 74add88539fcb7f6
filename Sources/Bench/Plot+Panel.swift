extension Plot {
  /// One chart.
  struct Panel: Sendable {
    /// How much room it has.
    struct Size {
      let width: Double
      let height: Double

      static let alone = Size(width: 760, height: 400)
      static let beside = Size(width: 390, height: 290)
    }

    private static let left = 58.0
    private static let right = 22.0
    private static let top = 50.0
    private static let bottom = 48.0
    private static let labelWidth = 46.0
    /// With more points than this they are a line and no more.
    private static let dotsMax = 12

    let title: String
    let x: Axis
    let y: Axis
    let series: [Series]

    /// The elements, within a box of that size.
    func draw(_ size: Size) -> [String] {
      let wide = size.width - Panel.left - Panel.right
      let high = size.height - Panel.top - Panel.bottom
      let floor = Panel.top + high
      func across(_ value: Double) -> Double { Panel.left + wide * x.place(of: value) }
      func up(_ value: Double) -> Double { floor - high * y.place(of: value) }
      var lines = [
        Plot.text(title, 16, 20, "font-weight=\"600\""),
        Plot.text(y.title, 16, 38, "class=\"quiet\""),
        Plot.text(
          x.title, Panel.left + wide / 2, size.height - 8,
          "class=\"quiet\" text-anchor=\"middle\""),
      ]
      for tick in y.ticks {
        let at = Plot.number(up(tick.value))
        lines.append("<path class=\"grid\" d=\"M\(Panel.left) \(at)h\(Plot.number(wide))\"/>")
        lines.append(
          Plot.text(
            tick.label, Panel.left - 8, up(tick.value) + 4, "class=\"quiet\" text-anchor=\"end\""))
      }
      lines.append(
        "<path class=\"axis\" d=\"M\(Panel.left) \(Plot.number(floor))h\(Plot.number(wide))\"/>")
      lines += below(floor, room: wide, across)
      for (index, one) in series.enumerated() {
        let places = one.points.map {
          "\(Plot.number(across($0.x))),\(Plot.number(up($0.y)))"
        }
        let color = index % Plot.colors
        lines.append(
          "<polyline class=\"line s\(color)\" points=\"\(places.joined(separator: " "))\"/>")
        guard one.points.count <= Panel.dotsMax else { continue }
        for point in one.points {
          let (x, y) = (Plot.number(across(point.x)), Plot.number(up(point.y)))
          lines.append("<circle class=\"f\(color)\" cx=\"\(x)\" cy=\"\(y)\" r=\"3.5\"/>")
        }
      }
      return lines
    }

    /// What stands below the axis: as many words as there is room for.
    private func below(
      _ floor: Double, room: Double, _ across: (Double) -> Double
    ) -> [String] {
      let every = max(1, Int((Double(x.ticks.count) * Panel.labelWidth / room).rounded(.up)))
      return x.ticks.enumerated().flatMap { index, tick -> [String] in
        let at = across(tick.value)
        let mark = "<path class=\"axis\" d=\"M\(Plot.number(at)) \(Plot.number(floor))v4\"/>"
        guard index % every == 0 else { return [mark] }
        return [
          mark, Plot.text(tick.label, at, floor + 18, "class=\"quiet\" text-anchor=\"middle\""),
        ]
      }
    }
  }
}
