import Glibc

extension Plot {
  /// What a place along one side of a chart means.
  struct Axis: Sendable {
    private static let prefixes: [(factor: Double, letter: String)] = [
      (1e9, "G"), (1e6, "M"), (1e3, "k"),
    ]

    /// What is measured, and its unit.
    let title: String
    /// The places that are named.
    let ticks: [(value: Double, label: String)]
    private let lower: Double
    private let upper: Double
    private let isLogarithmic: Bool

    /// From 0 to `most`, or to the round place behind it, with figures at round places.
    static func linear(_ title: String, upTo most: Double, endsThere: Bool = false) -> Axis {
      let step = roundStep(for: most / 5)
      let count = max(1, Int((most / step - 1e-9).rounded(endsThere ? .down : .up)))
      let last = step * Double(count)
      let prefix = prefixes.first { last >= $0.factor } ?? (1, "")
      let digits = digits(of: step / prefix.factor)
      let ticks = (0...count).map { index -> (value: Double, label: String) in
        let value = step * Double(index)
        let figure = FixedPoint.text(value / prefix.factor, digits: digits)
        return (value, index == 0 ? "0" : figure + prefix.letter)
      }
      let end = endsThere ? max(last, most) : last
      return Axis(title: title, ticks: ticks, lower: 0, upper: end, isLogarithmic: false)
    }

    /// Words, evenly spread: the first stands at 0, the next at 1.
    static func places(_ title: String, _ names: [String]) -> Axis {
      let ticks = names.enumerated().map { (value: Double($0.offset), label: $0.element) }
      let last = Double(max(1, names.count - 1))
      return Axis(title: title, ticks: ticks, lower: 0, upper: last, isLogarithmic: false)
    }

    /// Percentiles as HdrHistogram shows them: by 1 / (1 - percentile), each further nine as far
    /// from the one before as that from its own.
    ///
    /// - Parameter count: how many values there are: beyond the last of them nothing is known.
    static func percentiles(_ title: String, of count: Int) -> Axis {
      var ticks: [(value: Double, label: String)] = [(1, "0 %")]
      var value = 10.0
      let most = max(10, Double(count))
      while value <= most {
        ticks.append((value, percentile(at: value)))
        value *= 10
      }
      return Axis(title: title, ticks: ticks, lower: 1, upper: most, isLogarithmic: true)
    }

    /// Where a value stands: 0 at the axis' beginning, 1 at its end.
    func place(of value: Double) -> Double {
      guard isLogarithmic else { return (value - lower) / (upper - lower) }
      return log10(max(value, lower) / lower) / log10(upper / lower)
    }

    /// The next of 1, 2, 2.5, 5, 10 times a power of ten.
    private static func roundStep(for least: Double) -> Double {
      guard least > 0, least.isFinite else { return 0.2 }
      let power = pow(10, log10(least).rounded(.down))
      for factor in [1.0, 2, 2.5, 5] where power * factor >= least { return power * factor }
      return power * 10
    }

    /// How many digits behind the point tell a step from the next.
    private static func digits(of step: Double) -> Int {
      var (digits, rest) = (0, step)
      while digits < 4, abs(rest - rest.rounded()) > 1e-6 {
        rest *= 10
        digits += 1
      }
      return digits
    }

    /// 90 %, 99 %, 99.9 %: as many nines as `value` has zeros.
    private static func percentile(at value: Double) -> String {
      let nines = Int(log10(value).rounded())
      guard nines > 2 else { return nines == 1 ? "90 %" : "99 %" }
      return "99." + String(repeating: "9", count: nines - 2) + " %"
    }
  }
}
